import type { HostProcess } from './nodeProbe.ts'

/** A process as one snapshot saw it, with what tells apart two sandboxes. */
export interface SnapshotProcess extends HostProcess {
  /** Contents of /proc/PID/cgroup */
  readonly cgroup: string
}

/**
 * All of /proc in one exec and a handful of forks. The files are printed back to back with /etc/hostname between them: the
 * pod's own name with its random suffix, which no command line on the node can carry as a line of its own by accident. A
 * process that ends meanwhile leaves empty parts and does not shift the others.
 */
export const snapshotArgv = (): string[] => ['sh', '-c', snapshotScript, 'probe']

const snapshotScript = `cd /proc || exit 1
mark=/etc/hostname
cat $mark
for pid in [0-9]*; do echo $mark $pid/stat $mark $pid/cgroup $mark $pid/cmdline; done | xargs cat 2>/dev/null
cat $mark
ls -l [0-9]*/exe 2>/dev/null
exit 0`

/** Reads what `snapshotArgv` printed. Throws when the output is cut short. */
export function parseSnapshot(stdout: string): SnapshotProcess[] {
  const end = stdout.indexOf('\n')
  const mark = stdout.slice(0, end + 1)
  if (mark.trim() === '')
    throw new Error('the list of processes has no marker: /etc/hostname of the probe pod is empty')
  const parts = stdout.slice(mark.length).split(mark)
  // parts: '' (before the first mark), then stat, cgroup, cmdline for each process, then the list of links
  if (parts.length < 5 || (parts.length - 2) % 3 !== 0) {
    throw new Error(`the list of processes is cut short: ${parts.length} parts, ${stdout.length} characters`)
  }
  const exes = parseExes(parts.at(-1) ?? '')
  const processes: SnapshotProcess[] = []
  for (let at = 1; at + 2 < parts.length; at += 3) {
    const stat = parseStat(parts[at] ?? '')
    if (!stat) continue
    processes.push({
      ...stat,
      cgroup: parts[at + 1] ?? '',
      argv: parseCmdline(parts[at + 2] ?? ''),
      exe: exes.get(stat.pid) ?? '',
    })
  }
  return processes
}

/**
 * /proc/PID/stat. The name stands in brackets and may itself hold brackets and spaces: the last one closes it.
 * Source: proc_pid_stat(5). Null for the empty part that an ended process leaves.
 */
export function parseStat(text: string): { pid: number; ppid: number; comm: string; startTicks: number } | null {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 1 || close < open) return null
  // Fields after the name: state is the 3rd of the file, ppid the 4th, starttime the 22nd.
  const fields = text
    .slice(close + 1)
    .trim()
    .split(/\s+/)
  const pid = Number(text.slice(0, open))
  const ppid = Number(fields[1])
  const startTicks = Number(fields[19])
  if (!Number.isInteger(pid) || !Number.isInteger(ppid) || !Number.isFinite(startTicks)) return null
  return { pid, ppid, comm: text.slice(open + 1, close), startTicks }
}

/** argv of /proc/PID/cmdline. Empty arguments count: the Go shim is started with `-publish-binary ''`. */
export function parseCmdline(text: string): string[] {
  if (text === '') return []
  const argv = text.split('\0')
  if (argv.at(-1) === '') argv.pop()
  return argv
}

function parseExes(listing: string): Map<number, string> {
  const exes = new Map<number, string>()
  for (const line of listing.split('\n')) {
    const match = /\s(\d+)\/exe -> (.+)$/.exec(line)
    if (match && !exes.has(Number(match[1]))) exes.set(Number(match[1]), match[2] ?? '')
  }
  return exes
}
