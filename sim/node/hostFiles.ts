import type { HostFiles } from '../kubelet/containerRuntime.ts'
import type { Machine } from '../machine/machine.ts'
import { createVolumeDriver } from './volumeDriver.ts'

/** The node's files as the kubelet uses them. @param tmpfsMounts kept up to date with what the kubelet mounts. */
export function createHostFiles(machine: Machine, tmpfsMounts: Set<string>): HostFiles {
  const { files } = machine
  const removeMounts = (path: string) => {
    for (const mounted of [...tmpfsMounts]) {
      if (mounted !== path && !mounted.startsWith(`${path}/`)) continue
      files.unmount(mounted)
      tmpfsMounts.delete(mounted)
    }
  }
  return {
    makeDirectory: (path, mode) => files.mkdir(path, mode),
    mountTmpfs(path, sizeBytes) {
      files.mkdir(path, 0o777)
      files.mount(path, { tmpfs: true, sizeBytes }, { fstype: 'tmpfs' })
      tmpfsMounts.add(path)
    },
    writeFile: (path, content, mode) => files.write(path, content, mode),
    giveToGroup(path, gid) {
      const inode = files.inodeOf(path) as { gid: number; mode: number } | null
      if (inode) Object.assign(inode, { gid, mode: inode.mode | 0o2060 })
    },
    readFile: (path) => files.read(path),
    symlink(target, path) {
      if (files.kindOf(path) === 'symlink') files.remove(path)
      files.symlink(target, path)
    },
    remove(path) {
      removeMounts(path)
      if (files.kindOf(path) !== null) files.remove(path)
    },
    kindOf(path) {
      const kind = files.kindOf(path)
      return kind === 'symlink' ? null : kind
    },
    usage: (path) => files.usage(path),
    publishVolume: createVolumeDriver(machine),
  }
}
