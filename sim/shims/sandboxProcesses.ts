import type { MachineProcess } from '../machine/machine.ts'
import type { PodNetwork } from '../node/podNetwork.ts'
import type { SimNode } from '../node/simNode.ts'
import { idleHostMemory } from './hostMemory.ts'
import { shimBinary, type KataHandler } from './kataHandler.ts'
import { shimCommandLine, virtiofsdCommandLine } from './otherCommandLines.ts'
import type { ShimConfig } from './shimConfig.ts'

export function startShim(
  node: SimNode,
  handler: KataHandler,
  id: string,
  cgroup: string,
  network: PodNetwork | null,
): MachineProcess {
  const binary = shimBinary({ language: node.departures.shimBinaries[handler.name] ?? handler.language })
  const { shimKiB } = idleHostMemory({ ...handler, hypervisor: 'qemu' }, 2048, node.departures)
  return node.machine.spawn({
    comm: 'containerd-shim',
    argv: shimCommandLine(binary, id),
    exe: binary,
    memory: { rssKiB: shimKiB, shmemKiB: 0, pssKiB: Math.round(shimKiB * 0.97) },
    fds: [],
    cgroup,
    threads: 11,
    ...(network && handler.hypervisor === 'dragonball' ? { netNamespace: network.namespace } : {}),
  })
}

/** Two processes, the second the child that serves: recorded with the Go shim. None where the VMM has its own. */
export function startVirtiofsd(
  node: SimNode,
  handler: KataHandler,
  settings: ShimConfig,
  id: string,
  shim: MachineProcess,
  cgroup: string,
): MachineProcess[] {
  if (settings.sharedFs !== 'virtio-fs' || !node.departures.virtiofsdRuns || settings.virtiofsDaemon === null) return []
  const argv = virtiofsdCommandLine(
    handler,
    settings.virtiofsDaemon,
    id,
    settings.virtiofsCache,
    settings.virtiofsArguments,
  )
  const { virtiofsdKiB } = idleHostMemory(handler, settings.defaultMemoryMiB, node.departures)
  const parentKiB = 4_200
  const childKiB = Math.max(3_000, virtiofsdKiB - parentKiB)
  const spawn = (parent: number, rssKiB: number, shmemKiB: number, threads: number) =>
    node.machine.spawn({
      comm: 'virtiofsd',
      argv,
      exe: argv[0] ?? '',
      parent,
      memory: { rssKiB, shmemKiB, pssKiB: Math.round(rssKiB * 0.42) },
      cgroup,
      threads,
    })
  const parent = spawn(shim.pid, parentKiB, 0, 1)
  return [parent, spawn(parent.pid, childKiB, Math.round(childKiB * 0.5), 2)]
}
