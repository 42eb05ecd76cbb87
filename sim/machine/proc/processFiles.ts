import type { Process } from '../kernel/process.ts'
import type { PidNs } from '../kernel/namespaces.ts'
import { virtualKiB } from '../kernel/oomReport.ts'
import { signalMask } from '../kernel/signals.ts'
import { cpuList, cpuMask } from './cpuinfo.ts'

const USER_HZ = 100
/** FreeBSD calls it; busybox's shell always catches CHLD and HUP is not among them (recorded: SigCgt 0x14002). */
const SHELL_CATCHES = ['INT', 'CHLD']

export function stateOf(process: Process): 'R' | 'S' | 'T' | 'I' {
  if (process.kernelThread) return 'I'
  if (process.stopped) return 'T'
  return process.kernel.cpu.isBurning(process) ? 'R' : 'S'
}

const STATE_NAMES = { R: 'running', S: 'sleeping', T: 'stopped', I: 'idle' }

function parentPid(process: Process, namespace: PidNs): number {
  return process.parent?.pidIn(namespace) ?? 0
}

/** /proc/PID/status */
export function statusText(process: Process, namespace: PidNs): string {
  const { context, kernel } = process
  const state = process === kernel.reader ? 'R' : stateOf(process)
  const pids = [...process.pids].slice().reverse()
  const own = pids.slice(pids.findIndex(([at]) => at === namespace))
  const chain = own.map(([, pid]) => pid).join('\t')
  // Under the agent a container's session is one of the guest's: it has no number inside (recorded).
  const session = kernel.distribution ? chain : '0'
  const rss = Math.round(process.rssKiB())
  const anon = Math.round(process.model ? rss - process.model.memory.shmemKiB : process.anonKiB)
  const shmem = process.model?.memory.shmemKiB ?? 0
  const caps = context.capabilities.toString(16).padStart(16, '0')
  const pad = (kib: number) => String(Math.round(kib)).padStart(8)
  const head =
    `Name:\t${process.comm}\nUmask:\t${process.umask.toString(8).padStart(4, '0')}\nState:\t${state} (${STATE_NAMES[state]})\n` +
    `Tgid:\t${process.pidIn(namespace)}\nNgid:\t0\nPid:\t${process.pidIn(namespace)}\nPPid:\t${parentPid(process, namespace)}\nTracerPid:\t0\n` +
    `Uid:\t${Array(4).fill(context.uid).join('\t')}\nGid:\t${Array(4).fill(context.gid).join('\t')}\nFDSize:\t64\nGroups:\t${[...new Set([context.gid, ...context.groups])].join(' ')} \n` +
    `NStgid:\t${chain}\nNSpid:\t${chain}\nNSpgid:\t${session}\nNSsid:\t${session}\nKthread:\t${process.kernelThread ? 1 : 0}\n`
  const memory = process.kernelThread
    ? ''
    : `VmPeak:\t${pad(virtualKiB(process))} kB\nVmSize:\t${pad(virtualKiB(process))} kB\nVmLck:\t${pad(0)} kB\nVmPin:\t${pad(0)} kB\nVmHWM:\t${pad(Math.max(rss, 1296))} kB\n` +
      `VmRSS:\t${pad(rss)} kB\nRssAnon:\t${pad(anon)} kB\nRssFile:\t${pad(process.model ? 0 : process.fileKiB)} kB\nRssShmem:\t${pad(shmem)} kB\n` +
      `VmData:\t${pad(176 + Math.max(0, anon - 60))} kB\nVmStk:\t${pad(132)} kB\nVmExe:\t${pad(1584)} kB\nVmLib:\t${pad(8)} kB\nVmPTE:\t${pad(36)} kB\nVmSwap:\t${pad(0)} kB\n` +
      `HugetlbPages:\t${pad(0)} kB\nCoreDumping:\t0\nTHP_enabled:\t${kernel.distribution ? 1 : 0}\nuntag_mask:\t0xffffffffffffffff\n`
  const ignored = [...process.handlers].filter(([, handler]) => handler === 'ignore').map(([name]) => name)
  const caught = [...process.handlers].filter(([, handler]) => handler !== 'ignore').map(([name]) => name)
  const shell = process.comm === 'sh' || process.comm === 'ash'
  return (
    `${head}${memory}Threads:\t${process.threads}\nSigQ:\t0/${maxProcesses(process)}\nSigPnd:\t${'0'.repeat(16)}\nShdPnd:\t${'0'.repeat(16)}\nSigBlk:\t${'0'.repeat(16)}\n` +
    `SigIgn:\t${ignoredMask(process, shell ? ['QUIT', ...ignored] : ignored)}\nSigCgt:\t${signalMask(shell ? [...SHELL_CATCHES, ...caught] : caught)}\n` +
    `CapInh:\t${'0'.repeat(16)}\nCapPrm:\t${caps}\nCapEff:\t${caps}\nCapBnd:\t${boundingSet(process)}\nCapAmb:\t${'0'.repeat(16)}\n` +
    `NoNewPrivs:\t${context.noNewPrivs ? 1 : 0}\nSeccomp:\t${context.seccomp ? 2 : 0}\nSeccomp_filters:\t${context.seccomp ? 1 : 0}\nSpeculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways enabled\n` +
    `Cpus_allowed:\t${cpuMask(kernel.online)}\nCpus_allowed_list:\t${cpuList(kernel.online)}\nMems_allowed:\t00000000,00000001\nMems_allowed_list:\t0\n` +
    `voluntary_ctxt_switches:\t${20 + Math.round(process.cpuUsec / 1000)}\nnonvoluntary_ctxt_switches:\t${Math.round(process.cpuUsec / 4000)}\n`
  )
}

/** What the agent ignores its children ignore: the two signals that musl keeps for itself (recorded: 0x180000000). */
function ignoredMask(process: Process, names: string[]): string {
  const mask = BigInt(`0x${signalMask(names)}`) | (process.kernel.distribution ? 0n : 0x180000000n)
  return mask.toString(16).padStart(16, '0')
}

function boundingSet(process: Process): string {
  return (process.context.bounding ?? process.context.capabilities).toString(16).padStart(16, '0')
}

/** RLIMIT_NPROC and RLIMIT_SIGPENDING of init: half of threads-max (kernel/fork.c). */
function maxProcesses(process: Process): number {
  return Math.floor(Number(process.kernel.sysctls.read('kernel/threads-max', process)) / 2)
}

/** /proc/PID/stat */
export function statLine(process: Process, namespace: PidNs): string {
  const { kernel } = process
  kernel.cpu.settle()
  const ticks = Math.round((process.cpuUsec / 1e6) * USER_HZ)
  const started = Math.round(((process.startedAt - kernel.bootedAt) / 1000) * USER_HZ)
  const pid = process.pidIn(namespace)
  return `${pid} (${process.comm}) ${stateOf(process)} ${parentPid(process, namespace)} ${pid} ${pid} 0 -1 4194560 200 0 10 0 ${ticks} 0 0 0 20 0 ${process.threads} 0 ${started} ${virtualKiB(process) * 1024} ${Math.round(process.rssKiB() / 4)} 18446744073709551615 4194304 5816320 140723912 0 0 0 0 4 65538 1 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n`
}

export function statmLine(process: Process): string {
  return `${Math.round(virtualKiB(process) / 4)} ${Math.round(process.rssKiB() / 4)} ${Math.round(process.fileKiB / 4)} 396 0 77 0\n`
}

/** /proc/PID/smaps_rollup: figures of a hypervisor are anonymous, file and shared memory as recorded. */
export function smapsRollup(process: Process): string {
  const figures = process.model?.memory ?? { rssKiB: process.rssKiB(), pssKiB: process.anonKiB, shmemKiB: 0 }
  const shmem = figures.shmemKiB
  const other = Math.max(0, figures.pssKiB - shmem)
  const anonymous = process.model ? other * 0.6 : process.anonKiB
  const rows: [string, number][] = [
    ['Rss', figures.rssKiB],
    ['Pss', figures.pssKiB],
    ['Pss_Dirty', shmem + anonymous],
    ['Pss_Anon', anonymous],
    ['Pss_File', other - anonymous],
    ['Pss_Shmem', shmem],
    ['Shared_Clean', Math.max(0, figures.rssKiB - figures.pssKiB)],
    ['Shared_Dirty', 0],
    ['Private_Clean', Math.max(0, other - anonymous)],
    ['Private_Dirty', shmem + anonymous],
    ['Referenced', figures.rssKiB],
    ['Anonymous', anonymous],
    ...[
      'KSM',
      'LazyFree',
      'AnonHugePages',
      'ShmemPmdMapped',
      'FilePmdMapped',
      'Shared_Hugetlb',
      'Private_Hugetlb',
      'Swap',
      'SwapPss',
      'Locked',
    ].map((name): [string, number] => [name, 0]),
  ]
  return `563fcfb18000-7ffc525d8000 ---p 00000000 00:00 0                          [rollup]\n${rows.map(([name, kib]) => `${`${name}:`.padEnd(16)}${String(Math.round(kib)).padStart(8)} kB\n`).join('')}`
}

/** /proc/PID/limits: containerd's service has no limits on a node, Kata's guest the kernel's own (recorded in both). */
export function limitsText(process: Process): string {
  const most = String(maxProcesses(process))
  const node = process.kernel.distribution
  const rows: [string, string, string, string][] = [
    ['Max cpu time', 'unlimited', 'unlimited', 'seconds'],
    ['Max file size', 'unlimited', 'unlimited', 'bytes'],
    ['Max data size', 'unlimited', 'unlimited', 'bytes'],
    ['Max stack size', '8388608', 'unlimited', 'bytes'],
    ['Max core file size', node ? 'unlimited' : '0', 'unlimited', 'bytes'],
    ['Max resident set', 'unlimited', 'unlimited', 'bytes'],
    ['Max processes', node ? 'unlimited' : most, node ? 'unlimited' : most, 'processes'],
    ['Max open files', node ? '1048576' : '1024', node ? '1048576' : '4096', 'files'],
    ['Max locked memory', node ? 'unlimited' : '8388608', node ? 'unlimited' : '8388608', 'bytes'],
    ['Max address space', 'unlimited', 'unlimited', 'bytes'],
    ['Max file locks', 'unlimited', 'unlimited', 'locks'],
    ['Max pending signals', most, most, 'signals'],
    ['Max msgqueue size', '819200', '819200', 'bytes'],
    ['Max nice priority', '0', '0', ''],
    ['Max realtime priority', '0', '0', ''],
    ['Max realtime timeout', 'unlimited', 'unlimited', 'us'],
  ]
  const line = (a: string, b: string, c: string, d: string) =>
    `${a.padEnd(26)}${b.padEnd(21)}${c.padEnd(21)}${d === '' ? '' : d.padEnd(10)}\n`
  return line('Limit', 'Soft Limit', 'Hard Limit', 'Units') + rows.map((row) => line(...row)).join('')
}
