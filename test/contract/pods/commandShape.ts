import { createHash } from 'node:crypto'

/*
 * What of a command's output differs from run to run, from machine to machine, from image to image: identities and measured figures. All else has
 * to be equal, figures that follow from a manifest (limits, MemTotal, CPUs) among them.
 */

type Rule = readonly [pattern: RegExp, shape: string]

/** In the whole text. */
const identities: readonly Rule[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID'],
  [/\b[0-9a-f]{64}\b/g, 'ID'],
  [/\b(?!ff:ff:ff:ff:ff:ff|00:00:00:00:00:00)([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, 'MAC'],
  [/\bfe80::[0-9a-f:]+/g, 'LINKLOCAL'],
  [/\b10\.244\.\d+\.\d+/g, 'PODIP'],
  [/\b10\.(?:96|9[7-9]|1[01]\d)\.\d+\.\d+/g, 'SERVICEIP'],
  [/\brec-[a-z0-9-]+/g, 'NAMESPACE'],
  [/\b([A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d(:\d\d UTC \d{4})?\b/g, 'DATE'],
  [/\b[A-Z][a-z]{2} [ \d]\d {2}20\d\d\b/g, 'DATE'],
  [/\b\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+/g, 'TIMESTAMP'],
  [/:\[40265\d{5}\]/g, ':[NAMESPACE]'],
  [/(?<=snapshots\/)\d+/g, 'N'],
  [/(?<=eth0@if)\d+/g, 'N'],
  // the node's disk has a partition in the simulator
  [/\/dev\/vda1?\b/g, '/dev/vda'],
  // who built the kernel, and the images: local builds, of Debian's busybox 1.37
  [/(?<=Linux version \S+) .*/g, ' BUILD'],
  [/(?<=Linux \S+ \S+ #)\d+\S* SMP .*(?= x86_64)/g, 'BUILD'],
  [/BusyBox v1\.\d+\.\d+( \(Debian \S+\))? /g, 'BusyBox '],
  [/^\d+ bytes \(.*\) copied, .*\n/gm, ''],
  [/(\s*Stack backtrace:(\n\s*\d+: <unknown>)+)+/g, ' BACKTRACE'],
  [/^(flags|cpu MHz|bogomips)(\s*):.*$/gm, '$1$2: N'],
  [/size=\d+k,nr_inodes=\d+/g, 'size=Nk,nr_inodes=N'],
  [/size=\d+k(?=,inode64,noswap)/g, 'size=Nk'],
]

/** Rows whose figures were measured: their fields and units stay. */
const measured: readonly RegExp[] = [
  // /proc/meminfo but for what the VM's size decides
  /^(?!MemTotal|Swap|HugePages|Hugepagesize|VmallocTotal|CommitLimit)\w+(\(\w+\))?: \d+ kB$/,
  // free -m behind its total
  /(?<=^Mem: \d+ )\d.*$/,
  // /proc/uptime, /proc/loadavg
  /^\d+\.\d\d \d+\.\d\d$/,
  /^\d+\.\d\d \d+\.\d\d \d+\.\d\d \d+\/\d+ \d+$/,
  // /proc/net/dev, /proc/diskstats
  /^ (lo|eth0|cni0|veth\w+): \d.*$/,
  /(?<=^ \d+ \d+ [a-z]+\w* )\d+( \d+){10,}/,
  // /proc/PID/status and limits
  /^(SigQ|Vm\w+|Rss\w+|\w+_ctxt_switches|Threads|Hugetlb\w+):.*$/,
  /^Max (processes|pending signals) .*$/,
  // ps: identity of processes
  /^ *\d+ +\d+ (?=root|65535)/,
  // df
  /(?<= )\d+ \d+ \d+ \d+%(?= \/)/,
  // ls: links, and sizes of directories and links, which are the file system's
  /(?<=^[dl][-rwxt]{9} )\d+ (\w+ \w+ )\d+/,
  /^total \d+$/,
  // dmesg
  /^\[ *\d+\.\d+\]/,
  /(?<=^\[ N\] oom-kill:.*,pid=)\d+/,
  /(?<=^\[ N\] Memory cgroup out of memory: Killed process )\d+/,
  /(?<=^\[ N\] Memory cgroup out of memory: .*(total-vm|anon-rss|file-rss|pgtables):)\d+(?=kB)/g,
  // sizes of Kata's image
  /(?<= )\d+(?= pmem0(p1)?$)/,
  /(?<=pmem0 (size=)?)\d+/,
  /(?<=(self|thread-self) -> )\d+(\/task\/\d+)?/,
  /(?<=root )\d+(?= DATE config\.gz$)/,
  // memory.events
  /(?<=^max )\d+$/,
  /^waited \d+$/,
]

/** Rows that depend on the moment. */
const momentary: readonly RegExp[] = [
  // the container's own waiting, and the command that looks
  /^ N N root (sleep (sleep 1|\[sleep\])|ps \{ps\} sh -c ps.*|ps ps -o .*)$/,
  // processes in a listing of /proc
  /^d\S+ N root root N DATE \d+$/,
]

/** Of one command: lines that stand for measured figures by their place alone. */
const ofCommand: readonly (readonly [command: RegExp, pattern: RegExp])[] = [
  [/threads-max/, /^(?!4194304$|65530$|4096$|262144$)\d{4,}$/],
  [/memory\.current/, /(?<=^== memory\.current\n)\d+$/m],
  [/wc -l$/, /^\d+$/m],
]

export interface Shape {
  stdout: string[]
  stderr: string[]
}

/** @param output of the command, and what else to compare it with: long output was cut when it was recorded. */
export function commandShape(command: string, output: { stdout: string; stderr: string }): Shape {
  return { stdout: shapeOf(command, output.stdout), stderr: shapeOf(command, withoutKubectl(output.stderr)) }
}

/** Of output over 40,000 characters the recording has the beginning, the length and the hash. */
export function cutLike(recorded: string, answer: string): string {
  const cut = /\n… (\d+) bytes in all, sha256 (\w+)/.exec(recorded)
  if (!cut) return answer
  const hash = createHash('sha256').update(answer).digest('hex')
  return `${answer.slice(0, cut.index)}\n… ${Buffer.byteLength(answer)} bytes in all, sha256 ${hash}`
}

function shapeOf(command: string, text: string): string[] {
  const mebibytes = text.replaceAll(
    /^(MemTotal|CommitLimit):(\s+)(\d+) kB$/gm,
    (_row, key: string, space: string, kib: string) => `${key}:${space}${Math.floor(Number(kib) / 1024)} MiB`,
  )
  const shaped = identities.reduce((sum, [pattern, shape]) => sum.replaceAll(pattern, shape), mebibytes)
  const placed = ofCommand
    .filter(([of]) => of.test(command))
    .reduce((sum, [, pattern]) => sum.replace(new RegExp(pattern, 'gm'), 'N'), shaped)
  const lines = placed.split('\n').map((line) => mountRow(shapeOfLine(line.replaceAll(/[ \t]+/g, ' '))))
  return inOrder(lines.filter((line) => !momentary.some((pattern) => pattern.test(line))))
}

const shapeOfLine = (line: string): string =>
  measured.reduce((shaped, pattern) => shaped.replace(pattern, (row) => row.replaceAll(/\d+(\.\d+)?/g, 'N')), line)

/** mountinfo without numbers of mounts and devices, and without what a share calls its files. */
const mountRow = (line: string): string =>
  line.replace(
    /^\d+ \d+ \d+:\d+ (\S+) (\S+) (\S+ - (\S+).*)$/,
    (_row, root: string, point: string, rest: string, type: string) =>
      `MOUNT ${type === 'virtiofs' ? 'SHARED' : root.replace(/[0-9a-f]{8}$/, 'ATTEMPT')} ${point} ${rest}`,
  )

/** Variables of an environment have no order. */
function inOrder(lines: string[]): string[] {
  const variable = /^[A-Z][A-Z0-9_]*=/
  const first = lines.findIndex((line) => variable.test(line))
  if (first === -1) return lines
  const count = lines.slice(first).findIndex((line) => !variable.test(line))
  const end = count === -1 ? lines.length : first + count
  return [...lines.slice(0, first), ...lines.slice(first, end).sort(), ...lines.slice(end)]
}

/** What kubectl said besides the command. */
const withoutKubectl = (text: string): string =>
  text
    .replaceAll(/^[EW]\d{4} .*websocket\.go.*\n/gm, '')
    .replaceAll(/^Defaulted container .*\n/gm, '')
    .replaceAll(/^command terminated with exit code \d+\n/gm, '')
    // a process that ended while ls looked at it
    .replaceAll(/^ls: (\/host)?\/proc\/\d+: No such file or directory\n/gm, '')
    .trimEnd()
