import { cpuFlags } from '../facts/cpuVirtualization.ts'
import type { Tee } from '../facts/tee.ts'
import type { PodHandle } from '../pods/podHandle.ts'

/** What a guest's kernel says of the encryption of its memory. */
export interface MemoryProtection {
  /** Null: it says that there is none, or nothing. */
  readonly tee: Tee | null
  /** Where it says so. */
  readonly how: string
  /** Whether everything could be read: a kernel's log may be refused, and SEV-SNP shows nowhere else. */
  readonly whole: boolean
}

/**
 * Reads /proc/cpuinfo (flag tdx_guest), /sys/firmware/uv/prot_virt_guest (s390x) and the kernel's log, as the test k8s-confidential.bats of
 * Kata does. A container may be refused the log.
 */
export async function memoryProtection(pod: PodHandle): Promise<MemoryProtection> {
  const [cpuinfo, ultravisor, log] = await Promise.all([
    pod.read(['cat', '/proc/cpuinfo']),
    pod.read(['cat', '/sys/firmware/uv/prot_virt_guest']),
    pod.read(['dmesg']),
  ])
  return parseMemoryProtection(cpuinfo.stdout, ultravisor.stdout, log.exitCode === 0 ? log.stdout : null)
}

/** @param log null when it is refused */
export function parseMemoryProtection(cpuinfo: string, ultravisor: string, log: string | null): MemoryProtection {
  const whole = log !== null
  const line = /Memory Encryption Features active: *(.*)/.exec(log ?? '')?.[1]?.trim()
  if (cpuFlags(cpuinfo)?.includes('tdx_guest')) return { tee: 'tdx', how: 'flag tdx_guest in /proc/cpuinfo', whole }
  if (ultravisor.trim() === '1') return { tee: 'se', how: '/sys/firmware/uv/prot_virt_guest is 1', whole }
  if (line === undefined)
    return { tee: null, how: whole ? 'neither flag nor kernel log' : 'no flag; the log is refused', whole }
  const tee = /TDX/.test(line) ? 'tdx' : /SEV-SNP/.test(line) ? 'snp' : null
  return { tee, how: `kernel log: Memory Encryption Features active: ${line}`, whole }
}
