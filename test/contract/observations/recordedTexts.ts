import type { RecordedExec, RecordedScenario } from '../pods/recordedScenario.ts'

/** Texts by what prints them: the path of a file, or a command. */
export type Texts = ReadonlyMap<string, string>

type Extract = (stdout: string, command: string) => Record<string, string | undefined>

const lines = (text: string): string[] => text.split('\n')
const line = (text: string, index: number): string | undefined => withEnd(lines(text)[index])
const withEnd = (text: string | undefined): string | undefined => (text === undefined ? undefined : `${text}\n`)
const found = (text: string, pattern: RegExp): string | undefined => withEnd(pattern.exec(text)?.[0])
const rows = (text: string, from: RegExp, end: RegExp): string => {
  const all = lines(text)
  const first = all.findIndex((row) => from.test(row))
  const length = all.slice(first).findIndex((row) => end.test(row))
  return all.slice(first, length === -1 ? undefined : first + length).join('\n')
}

const group = '/sys/fs/cgroup'

/** What a recorded command's output holds of what the suite reads, each by a command of its own. */
const extracts: readonly (readonly [command: RegExp, extract: Extract])[] = [
  [/^uname -a$/, (text) => ({ 'uname -r': withEnd(text.split(' ')[2]) })],
  [/^ps -o pid,ppid,user,comm,args/, (text) => ({ ps: rows(text, /PID +PPID/, /^pid:\[/) })],
  [/^dmesg 2>&1/, (text) => ({ dmesg: text })],
  [
    /^ip addr; ip route/,
    (text) => ({
      'ip addr': rows(text, /^1: lo/, /^(default|\d+\.)/),
      'ip route': rows(text, /^(default|\d+\.)/, /^(?!default|\d+\.)/),
    }),
  ],
  [/^grep -c \^processor \/proc\/cpuinfo; nproc;/, (text) => ({ nproc: line(text, 1) })],
  [/cpu\.max \/sys\/fs\/cgroup\/cpu\.weight/, (text) => ({ [`${group}/cpu.max`]: line(text, 3) })],
  [
    /^grep -E "MemTotal\|MemFree\|MemAvailable"/,
    (text) => ({ '/proc/meminfo': lines(text).slice(0, 3).join('\n'), [`${group}/memory.max`]: line(text, 3) }),
  ],
  [
    /^ls -la \/sys\/fs\/cgroup; for f in/,
    (text) =>
      Object.fromEntries(
        ['cpu.max', 'memory.max', 'cgroup.controllers'].map((name) => [
          `${group}/${name}`,
          withEnd(new RegExp(`^== ${name.replace('.', '\\.')}\\n(.*)$`, 'm').exec(text)?.[1]),
        ]),
      ),
  ],
  [/block_size_bytes/, (text) => ({ '/sys/devices/system/memory/block_size_bytes': found(text, /^[0-9a-f]+$/m) })],
  [/(?<!\/host)\/proc\/sys\/kernel\/random\/boot_id/, (text) => ({ '/proc/sys/kernel/random/boot_id': bootId(text) })],
  [/cat \/proc\/uptime/, (text) => ({ '/proc/uptime': found(text, /^\d+\.\d\d \d+\.\d\d$/m) })],
  [/cat \/proc\/partitions/, (text) => ({ '/proc/partitions': withEnd(partitions(text)) })],
  [
    /cat (\/etc\/\S+ )*\/etc\/resolv\.conf/,
    (text) => ({ '/etc/resolv.conf': matching(text, /^(search|nameserver|options) /) }),
  ],
  [/; nslookup /, (text) => ({ nslookup: rows(text, /^Server:/, /^</) })],
  [/; ip link$/, (text) => ({ 'ip link': rows(text, /^1: lo/, /^$/) })],
  [/^cat (\/proc\/sys\/\S+ ?){4,}/, (text, command) => parameters(text, command)],
  [/head -3 \/proc\/meminfo/, (text) => ({ '/proc/meminfo': rows(text, /^MemTotal:/, /^$/) })],
]

const matching = (text: string, pattern: RegExp): string =>
  lines(text)
    .filter((row) => pattern.test(row))
    .join('\n')

/** Its head and four columns: /proc/diskstats, which may follow, has more. */
const partitions = (text: string): string => matching(text, /^major minor|^ +\d+ +\d+ +\d+ +[a-z]\S*$/)

/** Parameters of the kernel: a line each, in the order in which they were asked for. */
const parameters = (text: string, command: string): Record<string, string | undefined> =>
  Object.fromEntries(
    (/^cat ((?:\/proc\/sys\/[^\s;]+ ?)+)/.exec(command)?.[1] ?? '')
      .trim()
      .split(' ')
      .map((file, index) => [file, line(text, index)] as const)
      .filter(([, value]) => value?.startsWith('cat:') === false),
  )

/** The last one: a hostPath of /proc is read before the container's own. */
const bootId = (text: string): string | undefined =>
  withEnd(text.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/gm)?.at(-1))

/** What one container of a recorded pod showed. */
export function recordedTexts(recorded: RecordedScenario, pod: string, container: string | null): Texts {
  const texts = new Map<string, string>()
  for (const step of recorded.steps) {
    if (step.step !== 'exec' || step.pod !== pod || step.container !== container) continue
    // of several commands in one, the last may have failed
    if (step.exit !== 0 && step.stdout === '') continue
    const command = step.argv.at(-1) ?? ''
    const file = /^cat (\/\S+)$/.exec(command)?.[1]
    if (file && step.exit === 0) texts.set(file, step.stdout)
    for (const [pattern, extract] of extracts) {
      if (!pattern.test(command)) continue
      for (const [name, text] of Object.entries(extract(step.stdout, command)))
        if (text && !texts.has(name)) texts.set(name, text)
    }
  }
  return texts
}

/** Containers that commands were sent to: pod and container, null for the only one. */
export function askedContainers(recorded: RecordedScenario): { pod: string; container: string | null }[] {
  const execs = recorded.steps.filter((step): step is RecordedExec => step.step === 'exec' && step.exit === 0)
  const keys = new Set(execs.map(({ pod, container }) => JSON.stringify({ pod, container })))
  return [...keys].map((key) => JSON.parse(key) as { pod: string; container: string | null })
}
