import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, type Fact } from './fact.ts'
import { probed } from './probed.ts'

/** cgroup v2 has its controllers in one tree, with a list of them at its root; a hybrid node runs its pods on v1. */
export const detectCgroupVersion = (probe: NodeProbe | null): Promise<Fact<1 | 2>> =>
  probed(probe, async (node) => {
    const controllers = await node.readFileIfThere('/sys/fs/cgroup/cgroup.controllers')
    return controllers === null
      ? known(1, '/sys/fs/cgroup has no cgroup.controllers')
      : known(2, '/sys/fs/cgroup/cgroup.controllers', controllers.trim())
  })
