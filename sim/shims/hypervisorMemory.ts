import type { Machine, MachineProcess } from '../machine/machine.ts'
import type { SimNode } from '../node/simNode.ts'
import { idleHostMemory, pluggedOverheadKiB } from './hostMemory.ts'
import type { VmSize } from './sizing.ts'
import type { VmStart } from './virtualMachine.ts'

/** The hypervisor's memory: its own, and the pages that its guest has touched so far. The latter never come back to the node. */
export function followGuest(
  node: SimNode,
  start: Pick<VmStart, 'handler' | 'podLimitKiB'>,
  guest: Machine,
  process: MachineProcess,
  size: VmSize,
): { plugged(memoryMiB: number, vcpus: number): void } {
  const inShim = start.handler.hypervisor === 'dragonball'
  const idle = idleHostMemory(start.handler, size.memoryMiB, node.departures)
  const ownKiB = Math.max(0, (inShim ? idle.shimKiB : idle.hypervisorKiB) - guest.touchedKiB())
  const perVcpuKiB = node.departures.memoryPerVcpuMiB * 1024
  let extraKiB = (size.vcpus - 1) * perVcpuKiB
  let configuredMiB = size.memoryMiB
  let gone = false
  void process.exited.then(() => (gone = true))
  const update = (backedKiB = guest.touchedKiB()) => {
    const touched = node.departures.guestMemoryPreallocated ? configuredMiB * 1024 : backedKiB + extraKiB
    if (gone) return
    process.memory = {
      rssKiB: ownKiB + touched,
      // Without share=on the guest's memory is anonymous memory of the hypervisor.
      shmemKiB: inShim || !node.departures.memoryBackendShared ? 0 : touched,
      pssKiB: ownKiB + touched - Math.min(5_000, ownKiB),
    }
  }
  const { podLimitKiB } = start
  guest.onTouched(() => {
    update()
    if (node.departures.hypervisorHeldToPodLimit && podLimitKiB !== null && process.memory.rssKiB > podLimitKiB)
      killForMemory(node, process)
    if (node.departures.freedGuestMemory === 'given-back')
      void node.clock.sleep(GIVEN_BACK_AFTER_MS).then(() => update(usedKiB(guest)))
  })
  update()
  return {
    plugged(memoryMiB, vcpus) {
      configuredMiB += memoryMiB
      extraKiB += pluggedOverheadKiB(memoryMiB) + vcpus * perVcpuKiB
      update()
    },
  }
}

const GIVEN_BACK_AFTER_MS = 30_000

function usedKiB(guest: Machine): number {
  const { MemTotal, MemFree } = guest.meminfo()
  return MemTotal - MemFree
}

/** As the node's kernel does it at the limit of a cgroup. */
function killForMemory({ machine }: SimNode, process: MachineProcess): void {
  machine.log(
    `Memory cgroup out of memory: Killed process ${process.pid} (${process.spec.comm}) total-vm:${process.memory.rssKiB * 4}kB, anon-rss:0kB, file-rss:0kB, shmem-rss:${process.memory.shmemKiB}kB, UID:0 oom_score_adj:0`,
  )
  process.kill('KILL')
}
