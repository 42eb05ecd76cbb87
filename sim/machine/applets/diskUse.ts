import { MachineError } from '../machineError.ts'
import { find } from '../fs/files.ts'
import type { FileSystem, Mount } from '../fs/mountNamespace.ts'
import type { Process } from '../kernel/process.ts'
import { options } from './applet.ts'
import type { Applet } from './applet.ts'
import { each } from './fileTree.ts'
import { human } from './system.ts'

const DISK = { totalKiB: 24_837_456, usedKiB: 2_681_664 }

/** KiB of a file system and how many are used. */
export function space(
  process: Process,
  fs: FileSystem,
): { total: number; used: number; inodes: number; inodesUsed: number } {
  if (fs.inMemory || fs.type === 'tmpfs' || fs.type === 'devtmpfs') {
    const total = fs.sizeBytes === null ? Math.floor(process.kernel.memory.totalKiB / 8) * 4 : fs.sizeBytes / 1024
    return {
      total,
      used: Math.ceil(fs.usedBytes / 4096) * 4,
      inodes: Math.floor(process.kernel.memory.totalKiB / 8),
      inodesUsed: 1,
    }
  }
  const disk = process.kernel.spec.disk ?? DISK
  return { total: disk.totalKiB, used: disk.usedKiB, inodes: 602_112, inodesUsed: 22_247 }
}

/** Entries of a tmpfs, its root included; null for a disk. */
function filesOf(process: Process, fs: FileSystem): number | null {
  if (!fs.inMemory) return null
  const root = process.context.mountNs.mounts.find((mount) => mount.fs === fs && mount.root.kind === 'directory')?.root
  return root?.kind === 'directory' ? root.names(process).length + 1 : 1
}

const PSEUDO = new Set(['proc', 'sysfs', 'devpts', 'mqueue', 'cgroup', 'cgroup2', 'securityfs', 'debugfs', 'bpf'])

export const df: Applet = async (process, argv) => {
  const given = options(argv, 'kPThmiat:B:')
  let mounts = visibleMounts(process).filter((mount) => given.has('a') || !PSEUDO.has(mount.fs.type))
  let status = 0
  if (given.rest.length > 0) {
    mounts = []
    for (const path of given.rest) {
      try {
        mounts.push(firstOf(process, find(process, path).mount))
      } catch (error) {
        if (!(error instanceof MachineError)) throw error
        await process.err(`df: ${path}: can't find mount point\n`)
        status = 1
      }
    }
  }
  const unit = given.has('m') ? 1024 : 1
  const type = (mount: Mount) => (given.has('T') ? ` ${mount.fs.type.padEnd(10)}` : '')
  const title = given.has('i')
    ? '  Inodes      Used Available Use%'
    : given.has('h')
      ? '    Size      Used Available Use%'
      : given.has('m')
        ? '1M-blocks      Used Available Use%'
        : '1K-blocks      Used Available Use%'
  await process.out(
    `Filesystem           ${given.has('T') ? 'Type       ' : ''}${given.has('i') ? title.replace(/^ /, ' ').padStart(34) : title} Mounted on\n`,
  )
  for (const mount of mounts) {
    const figures = space(process, mount.fs)
    const files = filesOf(process, mount.fs)
    const [total, used, free] = given.has('i')
      ? [figures.inodes, files ?? figures.inodesUsed, figures.inodes - (files ?? figures.inodesUsed)]
      : [figures.total, figures.used, Math.max(0, figures.total - figures.used - (mount.fs.inMemory ? 0 : 16_384))]
    const shown = (kib: number) =>
      given.has('h') ? human(kib * 1024) : String(Math.round(given.has('i') ? kib : kib / unit))
    const share = used + free === 0 ? 0 : Math.round((used * 100) / (used + free))
    const name = mount.source.length > 20 ? `${mount.source}\n${''.padEnd(20)}` : mount.source.padEnd(20)
    await process.out(
      `${name}${type(mount)} ${shown(total).padStart(9)} ${shown(used).padStart(9)} ${shown(free).padStart(9)} ${String(share).padStart(3)}% ${mount.point}\n`,
    )
  }
  return status
}

/** busybox looks for the device of a path among the mounts, and takes the first below the root (recorded). */
function firstOf(process: Process, mount: Mount): Mount {
  const same = visibleMounts(process).filter(
    ({ fs, point }) => fs.device === mount.fs.device && fs.type === mount.fs.type && point !== '/',
  )
  return mount.point === '/' ? mount : (same[0] ?? mount)
}

function visibleMounts(process: Process): Mount[] {
  const { root, mountNs } = process.context
  if (root === '') return mountNs.mounts
  return mountNs.mounts
    .filter((mount) => mount.point === root || mount.point.startsWith(`${root}/`))
    .map((mount) => ({ ...mount, point: mount.point.slice(root.length) || '/' }))
}

export const du: Applet = async (process, argv) => {
  const given = options(argv, 'askhmcdHLxl')
  const shown = (kib: number) =>
    given.has('h') ? human(kib * 1024) : given.has('m') ? String(Math.ceil(kib / 1024)) : String(kib)
  return each(
    process,
    given.rest.length > 0 ? given.rest : ['.'],
    (path, error) => `du: ${path}: ${error.message}`,
    async (start) => {
      const walk = async (path: string, top: boolean): Promise<number> => {
        const { inode } = find(process, path, false)
        let kib = inode.kind === 'directory' ? 4 : inode.kind === 'file' ? Math.ceil(inode.content.size / 4096) * 4 : 0
        if (inode.kind === 'directory')
          for (const name of inode.names(process).sort()) kib += await walk(`${path.replace(/\/$/, '')}/${name}`, false)
        if (top || (!given.has('s') && (inode.kind === 'directory' || given.has('a'))))
          await process.out(`${shown(kib)}\t${path}\n`)
        return kib
      }
      await walk(start, true)
    },
  )
}
