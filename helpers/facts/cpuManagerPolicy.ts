import { kubeletRoots } from '../node/kubeletRoots.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

/** Policy of the kubelet's CPU manager, from the state that every kubelet keeps of it. Source: pkg/kubelet/cm/cpumanager/state, state_checkpoint.go. */
export const detectCpuManagerPolicy = (probe: NodeProbe | null): Promise<Fact<string>> =>
  probed(probe, async (node) => {
    for (const root of kubeletRoots) {
      const path = `${root}/cpu_manager_state`
      const state = await node.readFileIfThere(path)
      if (state === null) continue
      const { policyName } = JSON.parse(state) as { policyName?: string }
      return policyName ? known(policyName, `policyName in ${path}`) : unknown(`${path} names no policy`)
    }
    return unknown(`no cpu_manager_state below ${kubeletRoots.join(', ')}`)
  })
