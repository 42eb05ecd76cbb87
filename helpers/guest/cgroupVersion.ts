import { mountOn, mounts } from './mounts.ts'
import type { PodHandle } from '../pods/podHandle.ts'

/** The cgroup hierarchy at /sys/fs/cgroup of a container: type of the mount (cgroup2, or tmpfs and cgroup for v1), and its controllers. */
export interface CgroupHierarchy {
  readonly type: string
  readonly controllers: readonly string[]
}

export async function cgroupHierarchy(pod: PodHandle): Promise<CgroupHierarchy> {
  const [all, controllers] = await Promise.all([mounts(pod), pod.read(['cat', '/sys/fs/cgroup/cgroup.controllers'])])
  return {
    type: mountOn(all, '/sys/fs/cgroup')?.type ?? 'nothing',
    controllers: controllers.exitCode === 0 ? controllers.stdout.trim().split(/\s+/) : [],
  }
}
