import type { FootprintDepartures } from '../faults/footprintDepartures.ts'
import type { KataHandler } from './kataHandler.ts'

/**
 * Memory of a sandbox's processes on the node: the guide's figures for fresh idle pods (baselines.yaml: host_rss_idle_qemu_minimal,
 * idle_memory_default_2048), which lie on one line over the VM's size, plus what the guest touches on top.
 */
export interface HostMemory {
  shimKiB: number
  /** Idle, with the guest memory touched at boot. */
  hypervisorKiB: number
  /** The two processes of virtiofsd together; 0 where there is none. */
  virtiofsdKiB: number
}

const mib = 1024

/** Idle figures by hypervisor, MiB: at 2048 MiB of VM, and what each MiB of VM adds (QEMU: 210 at 256, 245 at 2048). */
const idleAt2048 = { qemu: 245, qemuRust: 243, 'cloud-hypervisor': 136, firecracker: 120 }
const perMiB = 35 / 1792

/** @param memoryMiB RAM that the VM boots with. Dragonball runs inside the shim, its virtiofs too: all of it is the shim's. */
export function idleHostMemory(
  handler: Pick<KataHandler, 'language' | 'hypervisor'>,
  memoryMiB: number,
  departures: FootprintDepartures,
): HostMemory {
  const less = (2048 - memoryMiB) * perMiB
  const extra = departures.hypervisorExtraMiB[handler.hypervisor] ?? 0
  const virtiofsd = (8 + ((memoryMiB - 256) * 26) / 1792 + departures.virtiofsdExtraMiB) * mib
  if (handler.hypervisor === 'dragonball') {
    const shim = 146 + 34 - less + departures.shimExtraMiB + extra
    return { shimKiB: Math.round(shim * mib), hypervisorKiB: 0, virtiofsdKiB: 0 }
  }
  const key = handler.hypervisor === 'qemu' && handler.language === 'rust' ? 'qemuRust' : handler.hypervisor
  return {
    shimKiB: Math.round(((handler.language === 'go' ? 42.5 : departures.rustShimMiB) + departures.shimExtraMiB) * mib),
    hypervisorKiB: Math.round((idleAt2048[key] - less + extra) * mib),
    virtiofsdKiB: handler.hypervisor === 'firecracker' ? 0 : Math.round(virtiofsd),
  }
}

/** Struct pages that the guest's kernel makes, and so touches, for plugged memory: 64 bytes for each 4 KiB. */
export function pluggedOverheadKiB(memoryMiB: number): number {
  return memoryMiB * 16
}
