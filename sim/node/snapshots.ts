import type { MachineContainer } from '../machine/machineContainer.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'

const snapshotter = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots'

/** The writable layers of a node's containers, as containerd's snapshotter overlayfs keeps them. */
export interface Snapshots {
  /** Options of the overlay that is a container's root, as /proc/mounts shows them. */
  optionsOf(containerId: string): string
  /** Shows a container's root at a path of the node, and its own layer where the snapshotter has it. */
  show(containerId: string, at: string, layers: MachineContainer['layers']): void
  remove(containerId: string): void
}

export function createSnapshots(files: MachineFiles): Snapshots {
  const numbers = new Map<string, number>()
  const shown = new Map<string, string>()
  let last = 100
  const numberOf = (id: string): number => {
    const number = numbers.get(id) ?? ++last
    numbers.set(id, number)
    return number
  }
  const upper = (id: string) => `${snapshotter}/${numberOf(id)}/fs`
  const optionsOf = (id: string): string =>
    `rw,relatime,lowerdir=${snapshotter}/2/fs,upperdir=${upper(id)},workdir=${snapshotter}/${numberOf(id)}/work,uuid=on`
  return {
    optionsOf,
    show(id, at, { merged, upper: own }) {
      files.mkdir(`${snapshotter}/${numberOf(id)}`, 0o700)
      files.place(upper(id), own)
      files.mount(at, { inode: merged, source: 'overlay', options: optionsOf(id) }, { fstype: 'overlay' })
      shown.set(id, at)
    },
    remove(id) {
      const at = shown.get(id)
      if (at !== undefined) files.unmount(at)
      shown.delete(id)
      const number = numbers.get(id)
      if (number !== undefined) files.remove(`${snapshotter}/${number}`)
      numbers.delete(id)
    },
  }
}
