import { CriError, type SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { Departures } from '../faults/departures.ts'
import type { MachineProcess } from '../machine/machine.ts'
import type { MachineContainer } from '../machine/machineContainer.ts'
import { MachineError } from '../machine/machineError.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'
import type { PodNetwork } from '../node/podNetwork.ts'
import type { ContainerStart, RunningContainer, Sandbox } from '../node/sandbox.ts'
import type { SimNode } from '../node/simNode.ts'
import { agentContainer } from './agentContainer.ts'
import { annotatedConfig } from './annotations.ts'
import { withBacktrace } from './backtrace.ts'
import { containerDemand, sandboxDemand } from './containerDemand.ts'
import { demandOf, type ContainerDemand } from './demand.ts'
import { howAdded } from './howAdded.ts'
import { createGuest, guestCgroup, type SandboxGuest } from './sandboxGuest.ts'
import { createHostMounts } from '../node/hostMounts.ts'
import { runOnNode } from '../node/runcSandbox.ts'
import { configPath, type KataHandler } from './kataHandler.ts'
import { startShim, startVirtiofsd } from './sandboxProcesses.ts'
import { createSandboxFiles, sharedDirectory } from './sandboxFiles.ts'
import { shimConfig, type ShimConfig } from './shimConfig.ts'
import { readEffectiveToml } from './effectiveToml.ts'
import { startVirtualMachine } from './virtualMachine.ts'

export interface KataSandboxOptions {
  node: SimNode
  handler: KataHandler
  id: string
  config: SandboxConfig
  network: PodNetwork | null
}

/** Starts a sandbox of Kata: shim, virtiofsd, VM, agent, /pause. @throws CriError worded as containerd's. */
export async function startKataSandbox(options: KataSandboxOptions): Promise<Sandbox> {
  const { node, handler, id, config, network } = options
  const { departures, machine } = node
  if (network === null && departures.hostNetworkPods === 'fail')
    throw new CriError(
      'Unknown',
      'failed to create containerd task: failed to create shim task: no such device: unknown',
    )
  const shimSettings = effectiveConfig(node, handler, config)
  const cgroups = cgroupsOf(config, id, shimSettings, node.departures)
  const shims = [startShim(node, handler, id, cgroups.overhead, network)]
  const shim = shims[0] as MachineProcess
  const files = createSandboxFiles(machine.files, id, handler, departures, node.clock.now())
  const helpers = startVirtiofsd(node, handler, shimSettings, id, shim, cgroups.overhead)
  const host = createHostMounts(node)
  const guests: SandboxGuest[] = []
  const containers = new Map<string, { demand: ContainerDemand; running: boolean; guest: SandboxGuest }>()
  const mirrors = new Map<string, MachineProcess>()
  const lost = new Set<() => void>()
  let over = false

  const end = (byItself: boolean) => {
    if (over) return
    over = true
    for (const guest of guests) guest.release()
    const survives = !byItself && departures.hypervisorAfterDeletion === 'running'
    const stay = byItself && departures.shimAfterVmmDeath === 'running' ? [...helpers, ...shims] : survives ? shims : []
    for (const process of [...helpers, ...mirrors.values(), ...shims]) if (!stay.includes(process)) process.kill('KILL')
    if (departures.sandboxFilesAfterDeletion === 'removed') files.removeAll()
    if (byItself) for (const listener of lost) listener()
  }

  const addGuest = async (): Promise<SandboxGuest> => {
    const podDemand = sandboxDemand(config)
    const vm = startVirtualMachine(node, {
      sandboxId: id,
      handler,
      config: shimSettings,
      demand: podDemand,
      shim,
      network: { namespace: network?.namespace ?? machine.rootNetNamespace, mac: network?.mac ?? null },
      cgroup: cgroups.hypervisor,
      podLimitKiB: podLimitKiB(config),
    })
    const guest = createGuest({
      node,
      handler,
      settings: shimSettings,
      sandboxId: id,
      config,
      network,
      vm,
      host,
      first: guests.length === 0,
      giveBack: (one) => one.stop(),
    })
    guests.push(guest)
    vm.onDeath(() => end(true))
    return guest
  }

  try {
    await addGuest()
  } catch (error) {
    end(false)
    for (const process of shims) process.kill('KILL')
    throw error
  }
  void shim.exited.then(() => end(true))

  /** Each container is plugged for when it is made (sandbox.go CreateContainer, updateResources). */
  const demandNow = () =>
    demandOf([...containers.values()].filter((container) => container.running).map((container) => container.demand))

  const startContainer = async (start: ContainerStart): Promise<RunningContainer> => {
    if (over) throw new CriError('NotFound', `sandbox container "${id}" is not running`)
    const added = await howAdded(node, config, start)
    if (added === 'on-the-node') return runOnNode(node, config, start, network)
    if (added === 'restart-the-others') for (const other of siblingsOf(guests, start.id)) other.signal('KILL')
    const ownGuest = added === 'in-a-guest-of-its-own' || (departures.vmScope === 'container' && containers.size > 0)
    const guest = ownGuest ? await addGuest() : (guests[0] as SandboxGuest)
    if (departures.shimPer === 'container' && containers.size > 0)
      shims.push(startShim(node, handler, id, cgroups.overhead, network))
    const demand = await containerDemand(node, config, start)
    const entry = { demand, running: true, guest }
    containers.set(start.id, entry)
    guest.vm.resize(departures.vmScope === 'container' ? demandOf([demand]) : demandNow())
    let container: MachineContainer
    try {
      container = await guest.run(withoutMounts(start, node.departures))
    } catch (error) {
      containers.delete(start.id)
      throw new CriError(
        'Unknown',
        `failed to create containerd task: failed to create shim task: ${agentWords(error)}: unknown`,
      )
    }
    files.containerAdded(start.id)
    // A root that reaches the guest as a block device is no directory of the node.
    if (shimSettings.sharedFs !== 'none')
      node.snapshots.show(
        start.id,
        `${sharedDirectory(id)}/mounts/${start.id}/rootfs`,
        departures.containerLayer === 'node' ? container.layers : emptyLayers(machine.files, id),
      )
    if (departures.containerProcessesOnHost)
      mirrors.set(start.id, machine.spawn({ comm: commOf(start.argv), argv: start.argv, exe: start.argv[0] ?? '' }))
    void container.exited.then(() => {
      entry.running = false
      mirrors.get(start.id)?.kill('KILL')
    })
    return agentContainer({
      node,
      sandbox: config,
      name: start.config.name,
      container,
      guest: guest.vm.guest,
      siblings: () => [...siblingsOf(guests, start.id)],
      endVm: () => end(true),
      beforeExec: () => guest.refreshLeakedProcesses(),
      language: handler.language,
      // container.go update: the VM first, then the agent sets the limits in the guest (rpc.rs update_container). With static sizing the VM stays as
      // it is (sandbox.go updateResources, resource manager update_linux_resource).
      async update(resources) {
        entry.demand = await containerDemand(node, config, { ...start, config: { ...start.config, resources } })
        if (departures.resizes !== 'without-the-vm') guest.vm.resize(demandNow())
        if (departures.resizes !== 'without-the-cgroup') container.limit(guestCgroup(node, config, start.id, resources))
        if (departures.resizes === 'by-a-restart') container.signal('KILL')
      },
    })
  }

  return {
    id,
    config,
    handler: departures.criReportsHandler ? config.runtimeHandler : '',
    ips: network === null ? [] : [network.ip, ...(network.ip6 === null ? [] : [network.ip6])],
    pid: (guests[0] as SandboxGuest).vm.process.pid,
    startContainer,
    async stop() {
      if (!over) await node.clock.sleep(200)
      end(false)
    },
    onLost: (listener) => void lost.add(listener),
  }
}

/** Base file and drop-ins as they lie on the node, then the pod's annotations. */
function effectiveConfig(node: SimNode, handler: KataHandler, config: SandboxConfig): ShimConfig {
  const settings = shimConfig(readEffectiveToml(node.machine.files, configPath(handler), node.departures))
  const annotations = Object.fromEntries(
    Object.entries(config.annotations).filter(([key]) => passed(node.departures.podAnnotations, key)),
  )
  try {
    return annotatedConfig(settings, handler, annotations, node.departures)
  } catch (error) {
    throw new CriError(
      'Unknown',
      `failed to create containerd task: failed to create shim task: ${(error as Error).message}: unknown`,
    )
  }
}

/** pod_annotations of the handler (containerd, util.GetPassthroughAnnotations): a star stands for the rest of a name. */
function passed(patterns: readonly string[], key: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern))
}

/** cgroups of a sandbox's processes (host-cgroups.md): all in the pod's with sandbox_cgroup_only, else helpers in /kata_overhead. */
function cgroupsOf(
  config: SandboxConfig,
  id: string,
  settings: ShimConfig,
  departures: Pick<Departures, 'shimCgroup'>,
): { hypervisor: string; overhead: string } {
  const pod = `${config.cgroupParent}/kata_${id}`
  return {
    hypervisor: pod,
    overhead: settings.sandboxCgroupOnly && departures.shimCgroup === 'as-configured' ? pod : `/kata_overhead/${id}`,
  }
}

function podLimitKiB({ resources, overhead }: SandboxConfig): number | null {
  const { memoryLimitBytes } = resources
  return memoryLimitBytes === null ? null : (memoryLimitBytes + overhead.memoryBytes) / 1024
}

/** Of a container whose writes never leave the guest. */
function emptyLayers(files: MachineFiles, sandboxId: string): MachineContainer['layers'] {
  const path = `${sharedDirectory(sandboxId)}/private`
  return { merged: files.inodeOf(path), upper: files.inodeOf(path) }
}

/** The agent's words: an error of the guest's kernel comes with a backtrace. */
function agentWords(error: unknown): string {
  if (error instanceof MachineError) return withBacktrace(error.message)
  return error instanceof Error ? error.message : String(error)
}

function siblingsOf(guests: readonly SandboxGuest[], id: string): MachineContainer[] {
  return guests.flatMap((guest) => guest.containers()).filter((container) => container.id !== id)
}

/** The departures: files of the pod that the guest does not get from its node. */
function withoutMounts(start: ContainerStart, departures: Departures): ContainerStart {
  const kept = start.config.mounts.filter(
    ({ containerPath }) =>
      !(departures.guestResolvConf === 'guest' && containerPath === '/etc/resolv.conf') &&
      !(departures.terminationLog === 'in the guest' && containerPath === start.config.terminationMessagePath),
  )
  return { ...start, config: { ...start.config, mounts: kept } }
}

function commOf(argv: readonly string[]): string {
  return (argv[0] ?? '').split('/').at(-1)?.slice(0, 15) ?? ''
}
