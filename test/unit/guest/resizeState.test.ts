import { expect } from 'chai'
import { resizeState } from '../../../helpers/guest/resizeState.ts'

/** Status of a pod as a kubelet of Kubernetes 1.34 writes it. */
const pod = (conditions: readonly object[], limits?: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'resized' },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }, ...conditions],
    containerStatuses: [{ name: 'main', restartCount: 0, ...(limits && { resources: { limits } }) }],
  },
})

describe('the resize of a running container', () => {
  it('has limits, and is over when no condition speaks of it', () => {
    expect(resizeState(pod([], { cpu: '1500m', memory: '768Mi' }), 'main')).to.deep.equal({
      limits: { cpu: 1500, memoryMiB: 768 },
      pending: null,
      inProgress: null,
    })
  })

  it('is pending with reason and message, or under way with neither', () => {
    const infeasible = {
      type: 'PodResizePending',
      status: 'True',
      reason: 'Infeasible',
      message: "Node didn't have enough capacity: cpu, requested: 90000, capacity: 16000",
    }
    expect(resizeState(pod([infeasible]), 'main').pending).to.equal(
      "Infeasible: Node didn't have enough capacity: cpu, requested: 90000, capacity: 16000",
    )
    expect(resizeState(pod([{ type: 'PodResizeInProgress', status: 'True' }]), 'main').inProgress).to.equal('')
    expect(resizeState(pod([{ type: 'PodResizeInProgress', status: 'False' }]), 'main').inProgress).to.equal(null)
  })

  it('has no limits where the kubelet does not say both, or of another container', () => {
    expect(resizeState(pod([], { cpu: '1' }), 'main').limits).to.equal(null)
    expect(resizeState(pod([], { cpu: '1', memory: '1Gi' }), 'other').limits).to.equal(null)
  })
})
