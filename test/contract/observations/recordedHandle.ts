import type { ExecResult, KubeObject } from '../../../helpers/cluster/cluster.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import type { RecordedScenario } from '../pods/recordedScenario.ts'
import { recordedTexts } from './recordedTexts.ts'

/** A command whose answer the recording does not hold. */
export class NotRecorded extends Error {}

/**
 * A pod that answers what the recorded one answered, to the commands of the suite: files by cat, several by the suite's own loop, and the few
 * commands that were recorded. Everything else throws NotRecorded.
 */
export function recordedHandle(recorded: RecordedScenario, pod: string, container: string | null): PodHandle {
  const texts = recordedTexts(recorded, pod, container)
  const text = (name: string): string => {
    const found = texts.get(name)
    if (found === undefined) throw new NotRecorded(`${recorded.file}: ${pod} was not asked for ${name}`)
    return found
  }
  const answer = (argv: readonly string[]): string => {
    const command = argv.join(' ')
    if (argv[0] === 'cat') return argv.slice(1).map(text).join('')
    if (command === 'ps -o pid,ppid,user,comm,args') return text('ps')
    if (command === 'ip addr show') return text('ip addr')
    const device = /^ip addr show (\S+)$/.exec(command)?.[1]
    if (device) return ofDevice(text('ip addr'), device)
    if (command === 'ip -6 route') return ''
    const files = /^sh -c for f in (.*); do if \[ -r/.exec(command)?.[1]?.split(' ')
    if (files) {
      const there = files.filter((file) => texts.has(file))
      if (there.length < 2)
        throw new NotRecorded(`${recorded.file}: ${pod} was not asked for most of ${files.join(', ')}`)
      return there.map((file) => `== ${file}\n${text(file)}`).join('')
    }
    return text(command)
  }
  const read = (argv: readonly string[]): Promise<ExecResult> =>
    new Promise((resolve) => resolve({ stdout: answer(argv), stderr: '', exitCode: 0 }))
  return { name: pod, object: objectOf(recorded, pod), read } as unknown as PodHandle
}

/** The pod as it was while commands were sent: its last state before the end. */
export function objectOf(recorded: RecordedScenario, pod: string): KubeObject {
  const manifest = recorded.created.find(
    (one) => one.manifest.metadata.name === pod && one.manifest.kind === 'Pod',
  )!.manifest
  const states = recorded.watch.filter((one) => one.pod === pod).map(({ status }) => status as { phase?: string })
  const status = states.filter(({ phase }) => phase === 'Running').at(-1) ?? states.at(-1)
  return { ...manifest, status }
}

function ofDevice(text: string, name: string): string {
  const parts = text.split(/^(?=\d+: )/m)
  return parts.find((part) => new RegExp(`^\\d+: ${name}[@:]`).test(part)) ?? ''
}
