import type { Need } from '../need.ts'

/** What kubelets count of CPU and memory, through the API server. The right is not part of what a run asks for: it reaches all of a kubelet's API. */
export const kubeletStatsNeeds: Readonly<Record<string, Need>> = {
  'kubelet-stats': ({ facts: { mayReadKubelets } }) =>
    mayReadKubelets?.value === true
      ? null
      : `needs the statistics of kubelets: ${mayReadKubelets?.how ?? 'not asked for'}`,
}
