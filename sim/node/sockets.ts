import { MemoryDirectory } from '../machine/fs/memoryDirectory.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'

/** A Unix socket's name in the file system; nobody answers at it. */
export function addSocket(files: MachineFiles, path: string, now: number, mode = 0o660): void {
  const slash = path.lastIndexOf('/')
  files.mkdir(path.slice(0, slash))
  const directory = files.inodeOf(path.slice(0, slash))
  if (!(directory instanceof MemoryDirectory)) throw new Error(`${path}: its directory cannot hold a socket`)
  directory.add(path.slice(slash + 1), { kind: 'socket', mode, uid: 0, gid: 0, mtime: now })
}
