import type { MachineCommand } from './machineCommand.ts'

/** Files of the machine itself, below "/", as its root sees them. Virtual ones (/proc, /sys) are made on reading. */
export interface MachineFiles {
  write(path: string, content: string | Uint8Array, mode?: number): void
  read(path: string): Uint8Array | null
  mkdir(path: string, mode?: number): void
  symlink(target: string, path: string): void
  mknod(path: string, type: 'b' | 'c', major: number, minor: number): void
  remove(path: string): void
  list(path: string): string[]
  kindOf(path: string): 'directory' | 'file' | 'symlink' | 'socket' | 'characterDevice' | 'blockDevice' | null
  /** Another tree shown below path (virtiofs share, tmpfs): what is written on either side is seen on both. */
  mount(
    path: string,
    from:
      | { files: MachineFiles; path: string }
      | { tmpfs: true; sizeBytes: number | null }
      /** An inode of `inodeOf`, or of a container's layers. */
      | { inode: unknown; source: string; options: string },
    options?: { fstype?: string; readonly?: boolean },
  ): void
  usage(path: string): number
  /** Undoes a mount at that path; false when nothing is mounted there. */
  unmount(path: string): boolean
  /** A program: running `path` calls it; `content` is what is read of it. Directories are made. */
  registerCommand(path: string, command: MachineCommand, content?: string): void
  /** A file whose text is made on reading. Also below /proc and /sys, which take nothing else. */
  virtual(path: string, generate: () => string | Uint8Array): void
  /** Puts an inode of `inodeOf`, or of a container's layers, at a path. */
  place(path: string, inode: unknown): void
  /** Size of the disk that a device node stands for; null when it stands for none. */
  diskBytes(path: string): number | null
  /** The inode at a path, for a machine that shares it: opaque. */
  inodeOf(path: string): unknown
  /** Makes opening a device fail as the driver would: ENODEV of /dev/kvm when firmware has locked it. null heals it. */
  failOpen(path: string, errno: 'ENODEV' | 'EACCES' | 'EIO' | 'ENXIO' | 'EBUSY' | null): void
}
