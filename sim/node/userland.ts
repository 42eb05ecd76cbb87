import { iproute2 } from '../machine/applets/iproute2.ts'
import { appletNames, appletProgram } from '../machine/applets/registry.ts'
import { regularFile } from '../machine/fs/inode.ts'
import { MemoryDirectory } from '../machine/fs/memoryDirectory.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'

/** The tools of a node's distribution, in /usr/bin with /bin and /sbin leading there: what runs after chroot or nsenter. */
export function installUserland(files: MachineFiles, now: number): void {
  files.mkdir('/usr/bin')
  const bin = files.inodeOf('/usr/bin')
  if (!(bin instanceof MemoryDirectory)) throw new Error('/usr/bin of a new machine is no directory that can be filled')
  for (const name of appletNames()) bin.add(name, { ...regularFile('', now, 0o755), program: appletProgram(name) })
  bin.add('ip', { ...regularFile('', now, 0o755), program: iproute2 })
  for (const path of ['/bin', '/sbin']) {
    files.remove(path)
    files.symlink('usr/bin', path)
  }
  files.write(
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  )
  files.write('/etc/group', 'root:x:0:\ndisk:x:6:\nkvm:x:104:\nnogroup:x:65534:\n')
}
