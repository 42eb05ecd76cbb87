import { readFileSync } from 'node:fs'
import { createClock } from '../../../sim/clock.ts'
import { createMachine } from '../../../sim/machine/createMachine.ts'
import type { Machine, MachineSpec } from '../../../sim/machine/machine.ts'
import type { ContainerMount, MachineContainer, MachineContainerSpec } from '../../../sim/machine/machineContainer.ts'

export interface RecordedStep {
  pod: string
  container?: string
  argv: string[]
  stdin?: string
  exit: number
  stdout: string
  stderr: string
}

/** What a real pod answered to kubectl exec, by scenario. */
export function recordedSteps(name: string): RecordedStep[] {
  const file = new URL(`./recordings/${name}.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { steps: RecordedStep[] }).steps
}

const stdoutOf = (steps: RecordedStep[], command: string): string =>
  steps.find((step) => step.argv[2] === command)?.stdout ?? ''

/** The machine of the recorded guest of kata-qemu-minimal (256 MiB): its kernel, CPU and idle memory as /proc told them. */
export function recordedGuest(overrides: Partial<MachineSpec> = {}): Machine {
  const steps = recordedSteps('kata-bare')
  const cpu = stdoutOf(steps, 'cat /proc/cpuinfo')
  const machine = createMachine({
    hostname: 'localhost',
    kernel: {
      release: '6.18.5',
      version: '#1 SMP Sat Nov 21 09:32:12 UTC 2026',
      banner: stdoutOf(steps, 'cat /proc/version').trimEnd(),
      cmdline: stdoutOf(steps, 'cat /proc/cmdline').trimEnd(),
    },
    bootId: '4b888ad3-36d4-41f0-be55-e512298657ec',
    cpu: {
      vendor: 'AuthenticAMD',
      model: 'AMD EPYC Processor',
      flags: (/flags\t\t: (.*)/.exec(cpu)?.[1] ?? '').split(' '),
    },
    cpus: [0],
    possibleCpus: 1,
    memory: {
      totalKiB: 168_436,
      idle: {
        slabReclaimable: 804,
        slabUnreclaimable: 20_772,
        percpu: 200,
        anon: 1_796,
        mapped: 6_980,
        buffers: 124,
        cached: 1_508,
        kernelStack: 880,
        pageTables: 560,
        other: 12_680,
      },
      blockMiB: 128,
    },
    cgroupVersion: 2,
    clock: createClock(1),
    sysctls: { 'kernel/threads-max': '1296', 'fs/file-max': '16459' },
    ...overrides,
  })
  const network = machine.rootNetNamespace
  network.interfaces.push({
    name: 'eth0',
    mac: '8e:fc:57:98:88:e8',
    mtu: 1500,
    addresses: ['10.244.0.116/24', 'fe80::8cfc:57ff:fe98:88e8/64'],
    up: true,
  })
  network.routes.push(
    { destination: 'default', gateway: '10.244.0.1', device: 'eth0' },
    { destination: '10.244.0.0/24', gateway: null, device: 'eth0', source: '10.244.0.116' },
  )
  addDisks(machine)
  writeSharedFiles(machine, steps)
  return machine
}

function addDisks(machine: Machine): void {
  for (let index = 0; index < 16; index++) {
    machine.addBlockDevice({ name: `ram${index}`, major: 1, minor: index, sizeBytes: 4096 * 1024 })
  }
  for (let index = 0; index < 8; index++) {
    machine.addBlockDevice({ name: `loop${index}`, major: 7, minor: index, sizeBytes: 0 })
  }
  machine.addBlockDevice({ name: 'pmem0', major: 259, minor: 0, sizeBytes: 129_024 * 1024, readonly: true })
  machine.addBlockDevice({ name: 'pmem0p1', major: 259, minor: 1, sizeBytes: 128_000 * 1024, partition: true })
}

const SHARED = '/run/kata-containers/shared/containers/0043'

function writeSharedFiles(machine: Machine, steps: RecordedStep[]): void {
  const text = stdoutOf(steps, 'id; hostname; cat /etc/hostname /etc/hosts /etc/resolv.conf; env | sort')
  const hosts = text.slice(text.indexOf('# Kubernetes'), text.indexOf('search '))
  const resolver = text.slice(text.indexOf('search '), text.indexOf('HOME='))
  machine.files.write(`${SHARED}-hosts`, hosts)
  machine.files.write(`${SHARED}-hostname`, 'bare\n')
  machine.files.write(`${SHARED}-resolv.conf`, resolver)
  machine.files.write(`${SHARED}-termination-log`, '', 0o666)
}

/** The mounts of /proc/mounts of the recorded container, in its order. */
export function recordedMounts(): ContainerMount[] {
  const shared = (destination: string): ContainerMount => ({
    kind: 'bind',
    destination,
    source: `${SHARED}-${destination.split('/').pop() ?? ''}`,
    fstype: 'virtiofs',
    device: 'kataShared',
    options: 'rw,relatime',
  })
  const masked = (destination: string): ContainerMount => ({
    kind: 'tmpfs',
    destination,
    device: 'tmpfs',
    options: 'rw,nosuid,size=65536k,mode=755',
    sizeBytes: 65_536 * 1024,
  })
  const part = (destination: string): ContainerMount => ({
    kind: 'proc',
    destination,
    device: 'proc',
    options: 'ro,relatime',
  })
  return [
    { kind: 'proc', destination: '/proc', device: 'proc', options: 'rw,nosuid,nodev,noexec,relatime' },
    {
      kind: 'tmpfs',
      destination: '/dev',
      device: 'tmpfs',
      options: 'rw,nosuid,size=65536k,mode=755',
      sizeBytes: 65_536 * 1024,
    },
    {
      kind: 'devpts',
      destination: '/dev/pts',
      device: 'devpts',
      options: 'rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666',
    },
    { kind: 'mqueue', destination: '/dev/mqueue', device: 'mqueue', options: 'rw,nosuid,nodev,noexec,relatime' },
    { kind: 'sysfs', destination: '/sys', device: 'sysfs', options: 'ro,nosuid,nodev,noexec,relatime' },
    {
      kind: 'cgroup',
      destination: '/sys/fs/cgroup',
      device: 'cgroup2',
      options: 'ro,nosuid,nodev,noexec,relatime,nsdelegate',
    },
    shared('/etc/hosts'),
    shared('/dev/termination-log'),
    shared('/etc/hostname'),
    shared('/etc/resolv.conf'),
    { kind: 'tmpfs', destination: '/dev/shm', device: 'shm', options: 'rw,relatime', sizeBytes: null },
    ...['/proc/interrupts', '/proc/keys', '/proc/timer_list'].map(masked),
    ...['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys'].map(part),
  ]
}

const WAITING = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done']
/** What containerd gives a container by default. */
const CAPABILITIES =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'

export interface Output {
  stdout: string
  stderr: string
}

export interface Started {
  container: MachineContainer
  log: Output
}

/** Starts a container like the recorded one; differences first. */
export function startRecorded(machine: Machine, overrides: Partial<MachineContainerSpec> = {}): Started {
  const log: Output = { stdout: '', stderr: '' }
  const id = overrides.id ?? '0043'
  const container = machine.runContainer({
    id,
    argv: WAITING,
    env: {
      KUBERNETES_PORT: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
      KUBERNETES_PORT_443_TCP_PORT: '443',
      KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      KUBERNETES_SERVICE_PORT: '443',
      KUBERNETES_SERVICE_PORT_HTTPS: '443',
    },
    cwd: '/',
    user: { uid: 0, gid: 0, groups: [] },
    hostname: 'bare',
    tty: false,
    image: 'docker.io/library/busybox:1.36',
    rootfs: { fstype: 'virtiofs', device: 'none', options: 'rw,relatime', readonly: false },
    mounts: recordedMounts(),
    namespaces: { pid: machine.newPidNamespace(), net: machine.rootNetNamespace, ipc: machine.newIpcNamespace() },
    cgroup: limits(id),
    capabilities: CAPABILITIES.split(' '),
    noNewPrivs: false,
    privileged: false,
    devices: [],
    onOutput: (stream, data) => (log[stream] += data),
    ...overrides,
  })
  return { container, log }
}

export function limits(
  id: string,
  given: Partial<MachineContainerSpec['cgroup']> = {},
): MachineContainerSpec['cgroup'] {
  return {
    path: `/kubepods/burstable/pod1/${id}`,
    memoryMaxBytes: null,
    cpuQuota: null,
    cpuPeriod: 100_000,
    cpuWeight: 1,
    pidsMax: null,
    enforced: true,
    ...given,
  }
}

/** Runs a command in a container and waits for its end. Text is a script for sh. */
export async function run(
  container: MachineContainer,
  command: string | string[],
  stdin?: string,
): Promise<Output & { exit: number }> {
  const exec = container.exec(typeof command === 'string' ? ['sh', '-c', command] : command, { tty: false })
  const chunks: Record<keyof Output, Uint8Array[]> = { stdout: [], stderr: [] }
  exec.onOutput((stream, data) => chunks[stream].push(data))
  if (stdin !== undefined) exec.writeStdin(Buffer.from(stdin))
  exec.endStdin()
  const exit = await exec.exit
  const text = (stream: keyof Output) => Buffer.concat(chunks[stream]).toString()
  return { stdout: text('stdout'), stderr: text('stderr'), exit }
}
