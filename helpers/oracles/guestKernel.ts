import type { Hypervisor } from '../facts/facts.ts'

/**
 * Guest kernels as the releases of Kata Containers ship them: `assets.kernel` and `assets.kernel-dragonball-experimental` of versions.yaml at
 * the release's tag. A patch release ships its minor release's kernel.
 */
const shipped: Readonly<Record<string, { readonly kernel: string; readonly dragonball: string }>> = {
  '3.25': { kernel: '6.18.5', dragonball: '6.12.47' },
  '3.26': { kernel: '6.18.5', dragonball: '6.12.47' },
  '3.27': { kernel: '6.18.12', dragonball: '6.12.47' },
  '3.28': { kernel: '6.18.15', dragonball: '6.12.47' },
  '3.29': { kernel: '6.18.15', dragonball: '6.18.15' },
  '3.30': { kernel: '6.18.15', dragonball: '6.18.22' },
  '3.31': { kernel: '6.18.28', dragonball: '6.18.28' },
  '3.32': { kernel: '6.18.35', dragonball: '6.18.35' },
  '4.0': { kernel: '6.18.35', dragonball: '6.18.35' },
  '4.1': { kernel: '6.18.35', dragonball: '6.18.35' },
}

/** Release of the guest kernel that a Kata release ships for a hypervisor; null for releases that the table does not know. */
export function guestKernel(kataVersion: string, hypervisor: Hypervisor): string | null {
  const minor = /^\d+\.\d+/.exec(kataVersion)?.[0] ?? ''
  const row = shipped[minor]
  if (!row) return null
  return hypervisor === 'dragonball' ? row.dragonball : row.kernel
}
