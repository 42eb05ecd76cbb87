import type { MachineCommandCall } from '../machine/machineCommand.ts'
import type { Containers } from './containers.ts'
import type { SandboxRecord, Sandboxes } from './sandboxes.ts'
import type { SimNode } from './simNode.ts'

const pauseImage = 'registry.k8s.io/pause:3.10'

/** ctr of a node: `containers list` of a namespace of containerd, of which the CRI's is k8s.io. */
export function ctr(call: MachineCommandCall, node: SimNode, sandboxes: Sandboxes, containers: Containers): number {
  const { namespace, words } = parse(call.argv.slice(1))
  const [command, what] = words
  if (call.argv.includes('--version')) {
    call.stdout(`ctr github.com/containerd/containerd ${node.containerdVersion}\n`)
    return 0
  }
  if (!['containers', 'container', 'c'].includes(command ?? '') || !['list', 'ls'].includes(what ?? '')) {
    call.stderr(`No help topic for '${command ?? ''}'\n`)
    return 3
  }
  const ofCri = namespace === 'k8s.io'
  const rows = ofCri ? rowsOf(node, sandboxes, containers) : []
  const table = [['CONTAINER', 'IMAGE', 'RUNTIME'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  call.stdout(table.map((row) => `${row.map((cell, at) => cell.padEnd((widths[at] ?? 0) + 4)).join('')}\n`).join(''))
  return 0
}

const rowsOf = (node: SimNode, sandboxes: Sandboxes, containers: Containers): string[][] => [
  ...sandboxes.all().map((record) => [record.sandbox.id, pauseImage, runtimeOf(node, record)]),
  ...containers.all().flatMap(({ status, image }) => {
    const record = sandboxes.get(status.sandboxId)
    return record ? [[status.id, image, runtimeOf(node, record)]] : []
  }),
]

/** The runtime_type that containerd was configured with. */
function runtimeOf({ departures }: SimNode, { handler }: SandboxRecord): string {
  if (handler === null) return 'io.containerd.runc.v2'
  return departures.runtimeTypes[handler.name] ?? `io.containerd.${handler.custom ?? `kata-${handler.shim}`}.v2`
}

function parse(argv: readonly string[]): { namespace: string; words: string[] } {
  let namespace = 'default'
  const words: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const [name = '', inline] = (argv[at] ?? '').split(/=(.*)/s)
    const value = () => inline ?? argv[++at] ?? ''
    if (name === '-n' || name === '--namespace') namespace = value()
    else if (name === '-a' || name === '--address') value()
    else words.push(argv[at] ?? '')
  }
  return { namespace, words }
}
