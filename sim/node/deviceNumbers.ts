import type { MachineFiles } from '../machine/machineFiles.ts'

/** Type and numbers of a device node; null when the path is none. */
export function deviceNumbers(
  files: MachineFiles,
  path: string,
): { type: 'b' | 'c'; major: number; minor: number } | null {
  const inode = files.inodeOf(path) as { kind?: string; major?: number; minor?: number } | undefined
  if (inode?.major === undefined || inode.minor === undefined) return null
  return { type: inode.kind === 'blockDevice' ? 'b' : 'c', major: inode.major, minor: inode.minor }
}
