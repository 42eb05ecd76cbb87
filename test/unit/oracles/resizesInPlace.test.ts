import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts } from '../../../helpers/facts/facts.ts'
import { resizesInPlace } from '../../../helpers/oracles/resizesInPlace.ts'

const ofClass = { name: 'kata-qemu', nodes: ['n1'] } as unknown as ClassFacts
const cluster = (server: string, ...kubelets: string[]) =>
  ({
    kubernetesVersion: known(server, '/version'),
    nodes: kubelets.map((version, at) => ({ name: `n${at + 1}`, kubeletVersion: known(version, 'nodeInfo') })),
  }) as unknown as ClusterFacts

describe('where pods are resized in place', () => {
  it('from Kubernetes 1.33 on: API server and the kubelets that have the class', () => {
    expect(resizesInPlace(ofClass, cluster('v1.33.0', 'v1.33.1'))).to.equal(true)
    expect(resizesInPlace(ofClass, cluster('v1.34.4', 'v1.34.4', 'v1.31.0')), 'a kubelet without the class').to.equal(
      true,
    )
    expect(resizesInPlace(ofClass, cluster('v1.32.9', 'v1.32.9'))).to.deep.equal({
      no: 'the API server is of Kubernetes v1.32.9: pods are resized in place by default from 1.33 on',
    })
    expect(resizesInPlace(ofClass, cluster('v1.34.4', 'v1.32.9+rke2r1'))).to.deep.equal({
      no: 'the kubelet of n1 is of Kubernetes v1.32.9+rke2r1: pods are resized in place by default from 1.33 on',
    })
  })

  it('is unknown with the version', () => {
    const unread = { ...cluster('v1.34.4'), kubernetesVersion: unknown('no answer') } as unknown as ClusterFacts
    expect(resizesInPlace(ofClass, unread)).to.deep.equal({
      unknown: 'the version of the API server is unknown: no answer',
    })
  })
})
