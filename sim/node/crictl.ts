import type { MachineCommandCall } from '../machine/machineCommand.ts'
import type { Containers } from './containers.ts'
import type { SandboxRecord, Sandboxes } from './sandboxes.ts'

/** crictl of a node: pods, inspectp, ps and version, as JSON with `-o json`. */
export function crictl(call: MachineCommandCall, sandboxes: Sandboxes, containers: Containers): number {
  const { values, words } = parse(call.argv.slice(1))
  const [command, id] = words
  const json = (values.get('-o') ?? values.get('--output')) === 'json'
  const print = (value: unknown) => call.stdout(`${JSON.stringify(value, null, 2)}\n`)
  if (command === '--version') {
    call.stdout('crictl version v1.34.0\n')
    return 0
  }
  if (command === 'pods') {
    const found = sandboxes
      .all()
      .filter(
        ({ sandbox }) =>
          matches(sandbox.config.podName, values.get('--name')) &&
          matches(sandbox.config.podNamespace, values.get('--namespace')) &&
          hasLabel(labelsOf(sandbox.config), values.get('--label')),
      )
    if (json) print({ items: found.map(podItem) })
    else call.stdout(podTable(found))
    return 0
  }
  if (command === 'inspectp') {
    const found = sandboxes.all().find(({ sandbox }) => id !== undefined && sandbox.id.startsWith(id))
    if (!found)
      return fail(
        call,
        `getting the status of the pod sandbox "${id ?? ''}": rpc error: code = NotFound desc = an error occurred when try to find sandbox: not found`,
      )
    print({
      status: { ...podItem(found), runtimeHandler: found.sandbox.handler },
      info: { runtimeHandler: found.sandbox.handler, runtimeType: runtimeType(found), pid: found.sandbox.pid },
    })
    return 0
  }
  if (command === 'ps') {
    const running = containers.all().filter(({ status }) => status.state === 'running' || words.includes('-a'))
    print({
      containers: running.map(({ status, image }) => ({
        id: status.id,
        podSandboxId: status.sandboxId,
        metadata: { name: status.name, attempt: status.attempt },
        image: { image },
        state: `CONTAINER_${status.state.toUpperCase()}`,
      })),
    })
    return 0
  }
  return fail(call, `No help topic for '${command ?? ''}'`)
}

const withValue = new Set([
  '-o',
  '--output',
  '--name',
  '--namespace',
  '--label',
  '-r',
  '--runtime-endpoint',
  '-i',
  '--image-endpoint',
  '-c',
  '--config',
])

function parse(argv: readonly string[]): { values: Map<string, string>; words: string[] } {
  const values = new Map<string, string>()
  const words: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const [word = '', inline] = (argv[index] ?? '').split(/=(.*)/s)
    if (!withValue.has(word)) words.push(argv[index] ?? '')
    else values.set(word, inline ?? argv[++index] ?? '')
  }
  return { values, words }
}

/** crictl filters by regular expression. */
function matches(text: string, pattern: string | undefined): boolean {
  return pattern === undefined || new RegExp(pattern).test(text)
}

/** Kubelet's own labels beside the pod's (pkg/kubelet/kuberuntime/labels.go). */
const labelsOf = ({
  labels,
  podName,
  podNamespace,
  podUid,
}: SandboxRecord['sandbox']['config']): Record<string, string> => ({
  ...labels,
  'io.kubernetes.pod.name': podName,
  'io.kubernetes.pod.namespace': podNamespace,
  'io.kubernetes.pod.uid': podUid,
})

function hasLabel(labels: Readonly<Record<string, string>>, selector: string | undefined): boolean {
  const [key = '', value] = (selector ?? '').split(/=(.*)/s)
  return selector === undefined || labels[key] === value
}

function podItem({ sandbox, state, createdAt }: SandboxRecord): Record<string, unknown> {
  const { podName, podUid, podNamespace, attempt, annotations } = sandbox.config
  return {
    id: sandbox.id,
    metadata: { name: podName, uid: podUid, namespace: podNamespace, attempt },
    state: state === 'ready' ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
    createdAt: String(Math.round(createdAt) * 1_000_000),
    labels: labelsOf(sandbox.config),
    annotations,
    runtimeHandler: sandbox.handler,
  }
}

function runtimeType({ handler }: SandboxRecord): string {
  return handler === null ? 'io.containerd.runc.v2' : `io.containerd.${handler.custom ?? `kata-${handler.shim}`}.v2`
}

function podTable(records: readonly SandboxRecord[]): string {
  const rows = records.map(({ sandbox, state }) => [
    sandbox.id.slice(0, 13),
    state === 'ready' ? 'Ready' : 'NotReady',
    sandbox.config.podName,
    sandbox.config.podNamespace,
    String(sandbox.config.attempt),
    sandbox.handler || '(default)',
  ])
  const table = [['POD ID', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  return `${table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`
}

function fail(call: MachineCommandCall, message: string): number {
  call.stderr(`FATA[0000] ${message}\n`)
  return 1
}
