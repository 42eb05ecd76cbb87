import { asBoolean, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, type Fact } from './fact.ts'

/** sandbox_cgroup_only: shim and VMM live in the pod's cgroup, or part of them in /kata_overhead. Absent is false. */
export const detectSandboxCgroupOnly = (on: ClassOnNode): Fact<boolean> =>
  fromToml(on, 'runtime', 'sandbox_cgroup_only', asBoolean, (where) =>
    known(false, `no sandbox_cgroup_only in ${where}: Kata then takes false`),
  )
