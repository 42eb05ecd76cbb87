import type { RecordedExec, RecordedScenario } from './recordedScenario.ts'

/** Where a simulated pod goes another way than the recorded one, and why that is right or does not matter. */
export interface AcceptedLife {
  /** kata-3.26.0/kata-qemu/memory */
  recording: string
  pod: string
  why: string
  /** What is not compared. */
  ignore: readonly ('story' | 'scheduler' | 'kubelet')[]
}

const tooSlow = 'the recorded machine, an emulated one, did not come to the end within the grace of 2 s and was killed'
const bindingFirst =
  'whether the scheduler or the volume binder is first is a matter of the moment: other recordings have it the other way'

export const acceptedLives: readonly AcceptedLife[] = [
  { recording: 'kata-3.26.0/kata-qemu-minimal/memory2', pod: 'm100', why: tooSlow, ignore: ['story'] },
  { recording: 'kata-3.26.0/kata-qemu/procmounts', pod: 'p-sys', why: tooSlow, ignore: ['story'] },
  {
    recording: 'kata-3.26.0/kata-qemu/hostnamespaces',
    pod: 'hostnet',
    why: 'the recorded pod was not gone when the recorder gave up after 120 s',
    ignore: ['story'],
  },
  {
    recording: 'kata-3.26.0/kata-qemu/privileged',
    pod: 'dropall',
    why: 'the recorded node still held the CPU of a pod of another scenario',
    ignore: ['story', 'scheduler'],
  },
  { recording: 'runc/blockpvc', pod: 'blk', why: bindingFirst, ignore: ['story', 'scheduler'] },
  { recording: 'runc/fspvc', pod: 'fs', why: bindingFirst, ignore: ['story', 'scheduler'] },
  {
    recording: 'runc/lifecycle',
    pod: 'readiness',
    why: 'a probe met the container on its way out: a matter of the moment',
    ignore: ['kubelet'],
  },
  {
    recording: 'runc/lifecycle',
    pod: 'deadline',
    why: 'the recorded pod was ready only when its time was over',
    ignore: ['story'],
  },
]

/** Commands whose output differs in more than identities and measured figures. */
export interface AcceptedCommand {
  /** Of recordings. */
  recordings: RegExp
  /** Of the command's text. */
  command: RegExp
  /** Pods that it concerns; absent: all. */
  pods?: RegExp
  why: string
  /** Lines that are left out on both sides; absent: the whole standard output. */
  lines?: RegExp
}

const nodes = 'the simulated node is another machine than the recorded one: '

export const acceptedCommands: readonly AcceptedCommand[] = [
  {
    recordings: /^kata.*bare$/,
    command: /^dmesg/,
    why: "the guest's kernel log is abridged: of the 60 lines that were recorded banner, command line and hypervisor",
    lines: /^\[ N\] (?!Linux version|Command line:|Hypervisor detected:)/,
  },
  {
    recordings: /^kata.*oom$/,
    command: /dmesg/,
    why: 'statistics of an OOM report are not modelled, nor the lines of its tasks',
    lines: /^\[ N\] (?!Tasks state|\[ pid \]|oom-kill:|Memory cgroup out of memory:)/,
  },
  {
    recordings: /^kata.*privileged$/,
    command: /dmesg/,
    why: "the guest's kernel log is abridged: how its first process is started, which was recorded, is not in it",
    lines: /^\[ N\] /,
  },
  {
    recordings: /^kata.*hostpath$/,
    command: /ls \/h\/dev/,
    why: "links in /dev are made by Kata's own image (systemd), which was not the recorded one; the list was cut at 80 names",
    lines: /^(fd|std(in|out|err)|tty3\d?)$/,
  },
  { recordings: /^runc/, command: /^cat \/proc\/cmdline$/, why: `${nodes}boot loader` },
  { recordings: /^runc/, command: /^cat \/proc\/modules/, why: `${nodes}modules and file systems of its kernel` },
  { recordings: /^runc/, command: /\/sys\/class\/dmi|\/sys\/bus\/virtio/, why: `${nodes}its firmware and devices` },
  {
    recordings: /^runc/,
    command: /\/sys\/block|\/proc\/partitions|ls \/h\/dev/,
    why: `${nodes}disks, loop devices and other devices, kernel log`,
    lines:
      /\b(loop|ram|dm-|vd[a-z])\d*\b|^(mount|crw|brw|drw)|^[a-z][\w-]*$|^(udev|devpts|tmpfs|securityfs|selinuxfs|cgroup2|pstore|bpf|configfs) on \/h\/|^(sysfs|cgroup) on \/sys|^\[ N\] |\/dev\/hostdisk$/,
  },
  {
    recordings: /^runc/,
    command: /^ls \/sys\/devices\/system\/memory/,
    why: `${nodes}where its memory has holes`,
    lines: /^(memory\d+|crash_hotplug|hard_offline_page)$/,
  },
  {
    recordings: /^runc\/bare/,
    command: /^ls -la \/proc \|/,
    why: `${nodes}configuration of its kernel, length of its command line`,
    lines: /(dynamic_debug|fb|pressure|schedstat|cmdline)$/,
  },
  {
    recordings: /^runc\/bare/,
    command: /^cat \/proc\/1\/status/,
    why: `${nodes}configuration of its kernel`,
    lines: /^(Mems_allowed|x86_Thread_features\w*):/,
  },
  {
    recordings: /^runc\/bare/,
    command: /mountinfo/,
    why: "options of the super block are not kept apart from the mount's",
    lines: / (\/sys|\/proc\/acpi|\/sys\/firmware) ro/,
  },
  {
    recordings: /^runc\/bare/,
    command: /cgroup\.controllers/,
    why: `${nodes}with the systemd cgroup driver it has DefaultTasksMax of 15 %`,
    lines: /^(9511|max)$/,
  },
  {
    recordings: /^runc\/ebpf/,
    command: /\/sys\/kernel\/btf/,
    why: `${nodes}types of its modules`,
    lines: /^-r--r--r-- 1 root root (\d+ )?DATE \w+$/,
  },
  {
    recordings: /^runc\/hostnamespaces/,
    pods: /^(hostnet|allthree)$/,
    command: /^ip addr/,
    why: `${nodes}its network`,
    lines: /^( |\d+: |default|10\.|192\.|veth)/,
  },
  {
    recordings: /^runc\/pidns/,
    pods: /^hostpid$/,
    command: /^ps /,
    why: `${nodes}its own processes`,
    lines: /^ ?(N N|\d+ \d) |systemd|init/,
  },
  {
    recordings: /^runc\/procmounts/,
    command: /\/host\/proc/,
    why: `${nodes}systemd's automount of binfmt_misc`,
    lines: /^systemd-1 on /,
  },
]

export const acceptedLife = ({ file }: RecordedScenario, pod: string): AcceptedLife | undefined =>
  acceptedLives.find((one) => one.recording === file && one.pod === pod)

export const commandOf = ({ argv }: Pick<RecordedExec, 'argv'>): string => argv.at(-1) ?? ''

export const acceptedCommand = ({ file }: RecordedScenario, step: RecordedExec): AcceptedCommand | undefined =>
  acceptedCommands.find(
    ({ recordings, command, pods = /./ }) =>
      recordings.test(file) && command.test(commandOf(step)) && pods.test(step.pod),
  )
