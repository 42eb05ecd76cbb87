import type { PodHandle } from '../pods/podHandle.ts'

/** A process as a container sees it. */
export interface GuestProcess {
  readonly pid: number
  readonly ppid: number
  /** Name as in /proc/PID/comm, at most 15 characters. */
  readonly comm: string
  /** argv joined by spaces; the comm in brackets for kernel threads and for processes that are ending. */
  readonly args: string
}

/** Every process in the PID namespace of the container, by busybox ps; ps itself is among them. Throws when ps fails. */
export async function processes(pod: PodHandle, container?: string): Promise<readonly GuestProcess[]> {
  const argv = ['ps', '-o', 'pid,ppid,user,comm,args']
  const { stdout, stderr, exitCode } = await pod.read(argv, container === undefined ? {} : { container })
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return parseProcesses(stdout)
}

/** Parses `ps -o pid,ppid,user,comm,args`. Busybox writes `{comm} argv…` where argv[0] is not the comm; the prefix is dropped. */
export function parseProcesses(text: string): readonly GuestProcess[] {
  const rows = text
    .split('\n')
    .slice(1)
    .filter((row) => row.trim() !== '')
  return rows.map((row) => {
    const [, pid, ppid, comm, args] = /^\s*(\d+)\s+(\d+)\s+\S+\s+(\S+)\s+(.*)$/.exec(row) ?? []
    if (pid === undefined || ppid === undefined || comm === undefined || args === undefined) {
      throw new Error(`not a row of ps: ${JSON.stringify(row)}`)
    }
    return { pid: Number(pid), ppid: Number(ppid), comm, args: args.replace(/^\{[^}]*\} /, '').trim() }
  })
}

/** For messages: `1 /pause, 7 sh -c …`. */
export const listed = (seen: readonly GuestProcess[]): string =>
  seen.map(({ pid, args }) => `${pid} ${args.slice(0, 60)}`).join(', ')
