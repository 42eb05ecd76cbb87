import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A file system of its own, that can be full. */
export interface SmallDisk {
  readonly folder: string
  /** Takes all room but that many bytes. */
  fill(leftBytes: number): void
  free(): void
  remove(): void
}

/** The suite refuses to begin with less than 50 MiB. */
const SIZE_MIB = 64

/** Null where none can be mounted: that takes root, and a machine that allows it. */
export function createSmallDisk(): SmallDisk | null {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'kata-conformance', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true, force: true })
    return null
  }
  const filler = path.join(folder, '.filler')
  return {
    folder,
    fill(leftBytes) {
      try {
        writeFileSync(filler, Buffer.alloc(SIZE_MIB * 2 ** 20))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
      truncateSync(filler, Math.max(0, statSync(filler).size - leftBytes))
    },
    free: () => rmSync(filler, { force: true }),
    remove() {
      execFileSync('umount', [folder], { stdio: 'ignore' })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
