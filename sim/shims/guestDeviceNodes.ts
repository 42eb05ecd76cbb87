import type { Machine } from '../machine/machine.ts'

/** Character devices of a guest's kernel beyond those that every system has, as recorded on 3.26.0: name, major, minor. */
const nodes: readonly (readonly [name: string, major: number, minor: number])[] = [
  ['autofs', 10, 235],
  ['cpu_dma_latency', 10, 124],
  ['ptp0', 249, 0],
  ...Array.from({ length: 8 }, (_, index) => [`hvc${index}`, 229, index] as const),
  ...Array.from({ length: 64 }, (_, index) => [`tty${index}`, 4, index] as const),
]

/** Control devices of the persistent memory that the image is. */
const pmemNodes: typeof nodes = [
  ['ndctl0', 250, 0],
  ['nmem0', 248, 0],
]

/** Fills /dev of a guest that has just booted. */
export function addGuestDeviceNodes({ files, spec }: Machine): void {
  const pmem = spec.kernel.cmdline.includes('root=/dev/pmem0p1')
  for (const [name, major, minor] of pmem ? [...nodes, ...pmemNodes] : nodes)
    files.mknod(`/dev/${name}`, 'c', major, minor)
  for (const directory of ['cpu', 'net']) files.mkdir(`/dev/${directory}`)
}
