import type { SnapshotProcess } from '../../../helpers/node/processSnapshot.ts'
import type { RecordedScenario } from '../pods/recordedScenario.ts'

/** Output of the first command on the node whose text holds `part`; null when there is none. */
export function nodeText({ steps }: RecordedScenario, part: string): string | null {
  const step = steps.find((one) => one.step === 'node' && one.cmd.includes(part))
  return step?.step === 'node' ? step.stdout : null
}

/** Processes of the node as `ps -eo pid,ppid,user,rss,vsz,comm,args` told them; arguments were told without their bounds. */
export function nodeProcesses(recorded: RecordedScenario): SnapshotProcess[] {
  const text = nodeText(recorded, 'ps -eo pid,ppid,user,rss,vsz,comm,args') ?? ''
  return text.split('\n').flatMap((row) => {
    const [, pid, ppid, comm = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+\S+\s+\d+\s+\d+\s+(\S+)\s+(.*)$/.exec(row) ?? []
    if (pid === undefined) return []
    const argv = args.split(' ')
    return [{ pid: Number(pid), ppid: Number(ppid), comm, argv, exe: argv[0] ?? '', cgroup: '', startTicks: 0 }]
  })
}

/** Ids of the Kata sandboxes that run on the node. */
export const kataSandboxIds = (recorded: RecordedScenario): string[] =>
  nodeProcesses(recorded)
    .filter(({ argv }) => argv[0]?.endsWith('containerd-shim-kata-v2'))
    .map(({ argv }) => argv[argv.indexOf('-id') + 1] ?? '')
