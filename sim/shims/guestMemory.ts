import type { MachineSpec } from '../machine/machine.ts'
import type { KataHandler } from './kataHandler.ts'

/** What the guest's kernel keeps of the RAM it boots with: `fixed` KiB plus `perMiB` KiB for each MiB (struct pages and tables). */
interface Reserve {
  fixed: number
  perMiB: number
}

/** Recorded on Kata 3.26.0 with QEMU: 256 MiB show as 168,436 kB, 2048 MiB as 1,971,920 kB. */
const qemuReserve: Reserve = { fixed: 89_204.6, perMiB: 17.5915 }
/** The guide: 1988 MB of 2048 under Cloud Hypervisor and Dragonball (QEMU: 1924), no firmware and no PCI hole. */
const rustVmmReserve: Reserve = { fixed: 25_412.6, perMiB: 17.5915 }

/** The smallest VM that boots at all: kernel's reserve and what kernel, systemd and agent use while idle, MiB. */
export const smallestVmMiB = 128

/** @returns MemTotal of a guest that boots with so many MiB, KiB. Memory plugged later adds to it in full. */
export function guestMemTotalKiB(
  hypervisor: KataHandler['hypervisor'],
  memoryMiB: number,
  extraReserveMiB: number,
): number {
  const reserve = hypervisor === 'qemu' ? qemuReserve : rustVmmReserve
  const kept = reserve.fixed + reserve.perMiB * memoryMiB + extraReserveMiB * 1024
  return Math.max(0, Math.round(memoryMiB * 1024 - kept))
}

/**
 * What an idle guest uses, KiB. Documented: the guide's /proc/meminfo of kata-qemu-minimal on 3.26.0 (systemd and agent: SUnreclaim 10,
 * SReclaimable 3, Percpu 3.5, AnonPages 6.5, Mapped 17.5, Buffers and Cached 6 MiB; 35 MiB `used` in all). As recorded: agent as init of a minimal image.
 */
export function idleGuest(mode: 'documented' | 'as-recorded'): MachineSpec['memory']['idle'] {
  if (mode === 'as-recorded') {
    return {
      slabReclaimable: 816,
      slabUnreclaimable: 20_500,
      percpu: 200,
      anon: 1_500,
      mapped: 6_972,
      buffers: 124,
      cached: 1_504,
      kernelStack: 880,
      pageTables: 500,
      other: 12_000,
    }
  }
  return {
    slabReclaimable: 3_072,
    slabUnreclaimable: 10_240,
    percpu: 3_584,
    anon: 6_450,
    mapped: 17_920,
    buffers: 512,
    cached: 5_632,
    kernelStack: 1_536,
    pageTables: 1_536,
    other: 11_776,
  }
}
