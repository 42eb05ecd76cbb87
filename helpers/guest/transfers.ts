import type { PodHandle } from '../pods/podHandle.ts'
import { elapsed } from './copyWork.ts'

/** What one sequential transfer reached, in MB/s of 1,000,000 bytes, as dd and the guide count them. */
export interface Transfer {
  readonly mbPerSecond: number
  /** Tool, amount, and which clock. */
  readonly method: string
}

/** One file that is written from its start and read again, in blocks of 1 MiB. */
export interface FileTransfers {
  /** @param flushed waits until the device has it */
  write(flushed: boolean): Promise<Transfer>
  read(): Promise<Transfer>
}

/** By fio where the pod's image has it, else by dd. The file is on the disk's path given. Throws when the tool fails. */
export async function fileTransfers(pod: PodHandle, path: string, mebibytes: number): Promise<FileTransfers> {
  const { exitCode } = await pod.read(['sh', '-c', 'command -v fio'], { expectOutput: false })
  return exitCode === 0 ? byFio(pod, path, mebibytes) : byDd(pod, path, mebibytes)
}

const byFio = (pod: PodHandle, path: string, mebibytes: number): FileTransfers => {
  const run = async (way: 'read' | 'write', extra: readonly string[]): Promise<Transfer> => {
    const options = [`--rw=${way}`, '--bs=1M', `--size=${mebibytes}M`, '--ioengine=psync', '--invalidate=0', ...extra]
    const argv = ['fio', '--name=sequential', `--filename=${path}`, ...options, '--output-format=json']
    const { stdout, stderr } = await pod.exec(argv)
    const method = `fio ${options.join(' ')}, its own clock`
    return { mbPerSecond: parseFio(stdout, way, `fio in pod ${pod.name}: ${stderr.trim()}`), method }
  }
  return { write: (flushed) => run('write', flushed ? ['--end_fsync=1'] : []), read: () => run('read', []) }
}

interface FioReport {
  readonly jobs?: readonly {
    readonly error?: number
    readonly read?: { readonly bw_bytes?: number }
    readonly write?: { readonly bw_bytes?: number }
  }[]
}

/**
 * MB/s of the first job of fio's JSON (fio 3, HOWTO, "JSON output"), before which it may have written notes.
 * @param where for the error
 */
export function parseFio(text: string, way: 'read' | 'write', where: string): number {
  let report: FioReport
  try {
    report = JSON.parse(text.slice(Math.max(0, text.indexOf('{')))) as FioReport
  } catch {
    throw new Error(`${where}: no JSON: ${text.slice(0, 80)}`)
  }
  const job = report.jobs?.[0]
  const bytes = job?.[way]?.bw_bytes
  if (bytes === undefined || (job?.error ?? 0) !== 0) throw new Error(`${where}: job error ${job?.error ?? 'unknown'}`)
  return bytes / 1e6
}

const byDd = (pod: PodHandle, path: string, mebibytes: number): FileTransfers => {
  const run = async (operands: string, said: string): Promise<Transfer> => {
    const command = `dd ${operands}`
    const script = `cat /proc/uptime; ${command} || exit 1; cat /proc/uptime`
    const { stdout, stderr, exitCode } = await pod.exec(['sh', '-c', script])
    if (exitCode !== 0) throw new Error(`${command} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
    const own = secondsOfDd(stderr)
    const seconds = own ?? Math.max(0.01, elapsed(stdout))
    const clock = own === null ? 'clock of the kernel under the container, to 10 ms' : 'time as dd prints it'
    return { mbPerSecond: (mebibytes * 1.048576) / seconds, method: `dd ${said}, ${mebibytes} MiB, ${clock}` }
  }
  return {
    write: (flushed) =>
      run(
        `if=/dev/zero of=${path} bs=1M count=${mebibytes}${flushed ? ' conv=fsync' : ''}`,
        `bs=1M ${flushed ? 'conv=fsync' : 'without a flush'}`,
      ),
    read: () => run(`if=${path} of=/dev/null bs=1M`, 'bs=1M'),
  }
}

/** Seconds that dd says it took, of busybox or coreutils; null where its last line lacks them. */
export function secondsOfDd(stderr: string): number | null {
  const seconds = Number(/ copied, ([\d.]+) s/.exec(stderr)?.[1])
  return seconds > 0 ? seconds : null
}
