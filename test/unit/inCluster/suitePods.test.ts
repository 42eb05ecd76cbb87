import { expect } from 'chai'
import { suitePods } from '../../../cli/inCluster/suitePods.ts'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'

/** As the Job controller of Kubernetes before 1.27 labels pods. */
const pod = (name: string, index: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    uid: `uid-${name}`,
    labels: { 'job-name': 'j' },
    annotations: { 'batch.kubernetes.io/job-completion-index': index },
  },
})

describe("the Job's pods", () => {
  it('are found by the label that every supported release of Kubernetes gives them, shard 1 first', async () => {
    const pods = [pod('b', '1'), pod('a', '0')]
    const cluster = {
      waitFor: async () => ({}),
      list: async ({ labelSelector = '' }: { labelSelector?: string }) => {
        const [key = '', value] = labelSelector.split('=')
        return pods.filter(({ metadata }) => metadata.labels?.[key] === value)
      },
    } as unknown as Cluster
    const found = await suitePods(cluster, { namespace: 'n', name: 'j' }, 2, new AbortController().signal)
    expect(found.map(({ name, uid }) => `${name} ${uid}`)).to.deep.equal(['a uid-a', 'b uid-b'])
  })
})
