import { virtualFile } from '../fs/inode.ts'
import { VirtualDirectory } from '../fs/virtualDirectory.ts'
import type { Directory } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { MachineError } from '../machineError.ts'

const names = ['current', 'exec', 'fscreate', 'keycreate', 'prev', 'sockcreate']

/**
 * /proc/PID/attr: what the security module says of a process. A guest's kernel starts with selinux=0 and has no other, and then reading any of
 * them is an invalid argument (proc_pid_attr_read). A distribution's kernel has AppArmor, under which containerd confines every container
 * that is not privileged to its own profile.
 */
export function securityAttributes(process: Process, now: number): Directory {
  const { kernel, context } = process
  const text = (name: string): string => {
    if (!kernel.distribution || !['current', 'exec', 'prev'].includes(name))
      throw new MachineError('EINVAL', 'Invalid argument')
    if (name !== 'current') return ''
    return context.devices === null ? 'unconfined\n' : 'cri-containerd.apparmor.d (enforce)\n'
  }
  return new VirtualDirectory(
    now,
    () => names,
    (name) =>
      names.includes(name) ? virtualFile(now, () => text(name), undefined, name === 'prev' ? 0o444 : 0o666) : undefined,
    0o555,
  )
}
