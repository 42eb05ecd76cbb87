import { createNoise } from '../noise.ts'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Departures } from '../faults/departures.ts'
import type { Machine, MachineSpec } from '../machine/machine.ts'
import type { MachineCommandCall } from '../machine/machineCommand.ts'
import type { NetworkScenario, NodeScenario, Scenario } from '../scenarios/scenario.ts'
import type { KataHandler } from '../shims/kataHandler.ts'
import type { KataRelease } from '../shims/kataRelease.ts'
import { createAddressPool, nodeAddress, podPrefix } from './addresses.ts'
import type { ClusterNetwork } from './clusterNetwork.ts'
import { writeContainerdConfig } from './containerdConfig.ts'
import type { Distribution } from './distributions.ts'
import { installKata, programText } from './kataArtifacts.ts'
import { createJournal } from './journal.ts'
import { kataRuntimeCheck } from './kataRuntimeCheck.ts'
import { addHardware, nodeCpu, nodeKvm, nodeMemTotalKiB } from './nodeHardware.ts'
import { connectNode } from './nodeNetwork.ts'
import { loadNodePrograms } from './nodePrograms.ts'
import { startNodeProcesses } from './nodeProcesses.ts'
import type { PodLookup } from './podLookup.ts'
import type { SimNode } from './simNode.ts'
import { createSnapshots } from './snapshots.ts'
import { addSocket } from './sockets.ts'
import { installUserland } from './userland.ts'

export interface NodeOptions {
  scenario: NodeScenario
  /** From 1: gives the node its addresses. */
  number: number
  /** Its pods have the network of its number after this one. */
  podNetwork: string
  /** Of the nodes with Kata, from 1; null for others. */
  kataNumber: number | null
  mode: Scenario['mode']
  distribution: Distribution
  release: KataRelease
  departures: Departures
  clock: Clock
  containerdVersion: string
  handlers: readonly KataHandler[]
  network: ClusterNetwork
  networkScenario: NetworkScenario
  pods: PodLookup
  latencies: () => boolean
  createMachine: (spec: MachineSpec) => Machine
}

/** Makes a node: its machine with hardware, processes, containerd's configuration and, where it has Kata, what kata-deploy installs. */
export function createNode(options: NodeOptions): SimNode {
  const { scenario, number, departures, release, clock, network } = options
  const second = options.kataNumber === 2
  const kvm = nodeKvm(scenario, second, departures)
  const machine = options.createMachine(nodeSpec(scenario, clock, !second || departures.secondNodeCpuFlags))
  const ip = nodeAddress(number)
  const pods = podPrefix(options.podNetwork, number)
  connectNode(machine, network, options.networkScenario, { name: scenario.name, ip, pods })
  installUserland(machine.files, clock.now())
  writeFiles(machine, options)
  addHardware(machine, scenario, kvm)
  for (const name of modulesOf(scenario)) machine.files.virtual(`/sys/module/${name}/initstate`, () => 'live\n')
  loadNodePrograms(machine, options.networkScenario)
  const journal = createJournal(scenario.name, clock)
  machine.files.registerCommand('/usr/bin/journalctl', (call) => journal.print(call))
  startNodeProcesses(machine, scenario.name, scenario.kvm === 'usable')
  if (scenario.kata) {
    installKata(machine.files, { handlers: options.handlers, release, departures, second })
    const text = programText('bin/kata-runtime', { release, departures, second })
    const check = (call: MachineCommandCall) => kataRuntimeCheck(call, machine, kvm, release)
    machine.files.registerCommand('/opt/kata/bin/kata-runtime', check, text)
  }
  return {
    name: scenario.name,
    ip,
    scenario,
    kataNumber: options.kataNumber,
    mode: options.mode,
    release,
    departures,
    clock,
    machine,
    createMachine: options.createMachine,
    network,
    networkScenario: options.networkScenario,
    addresses: createAddressPool(pods),
    containerdVersion: options.containerdVersion,
    handlers: new Map(scenario.kata ? options.handlers.map((handler) => [handler.name, handler]) : []),
    kvm,
    pods: options.pods,
    latencies: options.latencies,
    noise: createNoise(options.scenario.name.length + options.scenario.cpus),
    startFactor: 1,
    tmpfsMounts: new Set(),
    snapshots: createSnapshots(machine.files),
    journal,
  }
}

const ofDisk = { write: 1.9e9, read: 1.7e9, again: 6.4e9 }

function nodeSpec(node: NodeScenario, clock: Clock, virtualizationFlag: boolean): MachineSpec {
  const version = `#67-Ubuntu SMP PREEMPT_DYNAMIC Sun Jun 15 20:23:31 UTC 2025`
  return {
    hostname: node.name,
    kernel: {
      release: node.kernel,
      version,
      banner: `Linux version ${node.kernel} (buildd@lcy02-amd64-026) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0, GNU ld (GNU Binutils for Ubuntu) 2.42) ${version}`,
      cmdline: `BOOT_IMAGE=/boot/vmlinuz-${node.kernel} root=UUID=${randomUUID()} ro console=tty1 console=ttyS0`,
    },
    bootId: randomUUID(),
    cpu: nodeCpu(node, virtualizationFlag),
    cpus: Array.from({ length: node.cpus }, (_, index) => index),
    possibleCpus: node.cpus,
    memory: {
      totalKiB: nodeMemTotalKiB(node.memoryMiB),
      ramMiB: node.memoryMiB,
      idle: {
        slabReclaimable: 120_000,
        slabUnreclaimable: 90_000,
        percpu: 1_056 * node.cpus,
        anon: 60_000,
        mapped: 168_832,
        buffers: 60_880,
        cached: 1_398_704,
        kernelStack: 6_800,
        pageTables: 8_372,
      },
      blockMiB: 128,
    },
    cgroupVersion: node.cgroup,
    // The guide's flushed writes of the default runtime (baselines.yaml, io_fdatasync_drop_caches).
    flushBytesPerSecond: { ext4: 714e6, overlay: 714e6 },
    // Written without a flush and read again: io_seq_100MB_pvc. Read from the disk: what its caches had been purged of.
    transferBytesPerSecond: { ext4: ofDisk, overlay: ofDisk },
    modules: modulesOf(node)
      .map((name, index) => `${name} ${(index + 3) * 16384} 0 - Live 0x0000000000000000\n`)
      .join(''),
    clock,
  }
}

/** Modules that a node has loaded: KVM and what else the installation guide asks for. */
function modulesOf(node: NodeScenario): string[] {
  const kvm =
    node.virtualization === 'none' ? [] : node.virtualization === 'svm' ? ['kvm_amd', 'kvm'] : ['kvm_intel', 'kvm']
  return [
    ...kvm,
    'vhost_net',
    'vhost_vsock',
    'vhost',
    'tun',
    'overlay',
    'br_netfilter',
    'nf_conntrack',
    'virtio_net',
    'virtio_blk',
  ]
}

function writeFiles(machine: Machine, options: NodeOptions): void {
  const { scenario, clock } = options
  const { files } = machine
  const release = [
    'PRETTY_NAME="Ubuntu 24.04.2 LTS"',
    'NAME="Ubuntu"',
    'VERSION_ID="24.04"',
    'VERSION_CODENAME=noble',
    'ID=ubuntu',
    'ID_LIKE=debian',
  ]
  files.write('/etc/os-release', `${release.join('\n')}\n`)
  files.write('/etc/hostname', `${scenario.name}\n`)
  files.write('/etc/shadow', 'root:*:20000:0:99999:7:::\nnobody:*:20000:0:99999:7:::\n', 0o640)
  files.write('/etc/machine-id', `${randomUUID().replaceAll('-', '')}\n`)
  files.write(`/boot/vmlinuz-${scenario.kernel}`, 'vmlinuz\n')
  files.symlink(`vmlinuz-${scenario.kernel}`, '/boot/vmlinuz')
  for (const directory of ['/tmp', '/var/tmp']) files.mkdir(directory, 0o1777)
  for (const directory of [
    '/var/lib/kubelet/pods',
    '/var/log/pods',
    '/run/containerd',
    '/run/vc',
    '/run/kata-containers',
  ])
    files.mkdir(directory)
  // As a kubelet of 1.34 writes it by its own defaults.
  files.write(
    '/var/lib/kubelet/cpu_manager_state',
    '{"policyName":"none","defaultCpuSet":"","checksum":1353318690}',
    0o600,
  )
  addSocket(files, '/run/containerd/containerd.sock', clock.now())
  writeContainerdConfig(files, options)
}
