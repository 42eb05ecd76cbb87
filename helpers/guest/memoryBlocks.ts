import type { PodHandle } from '../pods/podHandle.ts'

const path = '/sys/devices/system/memory/block_size_bytes'

/** The kernel's default block on x86_64 machines below 64 GiB: MIN_MEMORY_BLOCK_SIZE of arch/x86/mm/init_64.c. */
const defaultBlockMiB = 128

/**
 * Size of the blocks in which the guest's kernel takes hot-plugged memory, MiB. The shim asks the agent for the same figure and rounds what it
 * plugs up to it. A container that does not show it has the default of x86_64.
 */
export async function memoryBlockMiB(pod: PodHandle): Promise<number> {
  const { stdout, exitCode } = await pod.read(['cat', path])
  return exitCode === 0 ? parseBlockSize(stdout) : defaultBlockMiB
}

/** block_size_bytes is hexadecimal, without 0x: 8000000 is 128 MiB. */
export function parseBlockSize(text: string): number {
  const bytes = Number.parseInt(text.trim(), 16)
  if (!(bytes > 0)) throw new Error(`${path} is not a size: ${JSON.stringify(text.slice(0, 40))}`)
  return bytes / 1024 ** 2
}
