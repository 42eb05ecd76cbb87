import type { ClusterFacts, Hypervisor, NodeFacts } from '../facts/facts.ts'
import type { SandboxMemory } from './sandboxSize.ts'

/** Bounds of a figure in MiB, and where they come from. */
export interface Bounds {
  readonly min: number
  readonly max: number
  readonly source: string
}

/**
 * What the guest's kernel keeps of the RAM it boots with, MiB: never part of MemTotal. Guide 3.26.0, "Répartition mémoire dans la VM" (256 - 162)
 * and "Consommation mémoire (idle, default_memory=2048)" (2048 - 1924, 2048 - 1988); recordings of 3.26.0: 91.5 and 122.1 under QEMU.
 *
 * The tolerance at 256 is the catalogue's, at 2048 half of what tells the two kinds of VMM apart (1988 - 1924).
 */
const reserves: readonly { hypervisor: Hypervisor; bootMiB: number; reserveMiB: number; toleranceMiB: number }[] = [
  { hypervisor: 'qemu', bootMiB: 256, reserveMiB: 94, toleranceMiB: 12 },
  { hypervisor: 'qemu', bootMiB: 2048, reserveMiB: 124, toleranceMiB: 32 },
  { hypervisor: 'cloud-hypervisor', bootMiB: 2048, reserveMiB: 60, toleranceMiB: 32 },
  { hypervisor: 'dragonball', bootMiB: 2048, reserveMiB: 60, toleranceMiB: 32 },
]

/** Releases whose guest kernel (6.18.5) and image the figures were measured with. */
export const measuredReleases: readonly string[] = ['3.25', '3.26']

export const minorRelease = (version: string): string => /^\d+\.\d+/.exec(version)?.[0] ?? version

/** The measured reserve for a VMM and the RAM it boots with; null when nobody measured it. */
export const measuredReserve = (hypervisor: Hypervisor, bootMiB: number) =>
  reserves.find((row) => row.hypervisor === hypervisor && row.bootMiB === bootMiB) ?? null

/** What decides whether the guide's figures are about a guest. */
interface Measured {
  readonly cluster: Pick<ClusterFacts, 'kataVersion'>
  readonly node: Pick<NodeFacts, 'architecture'>
}

/**
 * MemTotal that a guest shows for a sandbox of this size. Hot-plugged memory adds to it exactly, as its page structures come out of free memory;
 * RAM present at boot loses the kernel's reserve. Exact to the measured tolerance where the guide has a figure for this VMM, size and release, on amd64;
 * bounded by physics elsewhere.
 */
export function visibleMemory(hypervisor: Hypervisor, { cluster, node }: Measured, size: SandboxMemory): Bounds {
  const row = measuredReserve(hypervisor, size.bootMiB)
  const release = minorRelease(cluster.kataVersion.value ?? '')
  // 64 MiB of QEMU's reserve are x86's bounce buffers for devices that reach 4 GiB only (arch/x86/kernel/pci-dma.c, pci_swiotlb_detect).
  if (!row || !measuredReleases.includes(release) || node.architecture.value !== 'amd64') return possibleMemory(size)
  const expected = size.bootMiB - row.reserveMiB + size.hotplugMiB
  return {
    min: expected - row.toleranceMiB,
    max: expected + row.toleranceMiB,
    source: `guide 3.26.0: ${size.bootMiB} - ${row.reserveMiB} + ${size.hotplugMiB} under ${hypervisor}`,
  }
}

/**
 * MemTotal that any guest of this size can show. The reserve grows by one 64-byte page structure for each 4 KiB (1/64), which the guide's two
 * figures for QEMU confirm (30 MiB more for 1792 MiB); on top of the 94 MiB at 256 it may differ by 64 between releases and VMMs.
 */
export function possibleMemory(size: SandboxMemory): Bounds {
  return {
    min: size.bootMiB - (94 + (size.bootMiB - 256) / 64 + 64) + size.hotplugMiB,
    max: size.bootMiB + size.hotplugMiB,
    source: `RAM of ${size.bootMiB} MiB at boot and ${size.hotplugMiB} MiB plugged, less a kernel's reserve`,
  }
}

/** What an idle guest uses of its visible memory, MiB: guide 3.26.0, MemTotal 162 - MemAvailable 126. */
const idleUseMiB = 36

/**
 * Memory that containers can use before the VM is full, MiB: RAM less the kernel's reserve and what kernel and agent use. The guide's own rule
 * (default_memory + limits - 168) is not consistent with its figures (94 + 36 = 130) and is not used.
 */
export const roomForContainers = (size: SandboxMemory): number =>
  size.bootMiB + size.hotplugMiB - (94 + (size.bootMiB - 256) / 64 + idleUseMiB)
