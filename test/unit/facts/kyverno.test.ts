import { expect } from 'chai'
import { unknown } from '../../../helpers/facts/fact.ts'
import { defaultClassPolicies, detectKyverno } from '../../../helpers/facts/kyverno.ts'

const policy = (mutate: object, match: object = {}) => ({
  apiVersion: 'kyverno.io/v1',
  kind: 'ClusterPolicy',
  metadata: { name: 'default-class' },
  spec: { rules: [{ name: 'a', match, mutate }] },
})

const optIn = {
  any: [{ resources: { kinds: ['Pod'], namespaceSelector: { matchLabels: { 'runtime-sandbox': 'enabled' } } } }],
}

describe('Kyverno', () => {
  it('reads the class that a policy adds where there is none, and for which namespaces', () => {
    const merged = policy({ patchStrategicMerge: { spec: { '+(runtimeClassName)': 'kata-qemu' } } }, optIn)
    expect(defaultClassPolicies(merged)).to.deep.equal([
      { name: 'default-class', runtimeClass: 'kata-qemu', namespaceLabels: { 'runtime-sandbox': 'enabled' } },
    ])
  })

  it('reads a JSON patch', () => {
    const patchesJson6902 = '- op: add\n  path: "/spec/runtimeClassName"\n  value: kata-clh\n'
    expect(defaultClassPolicies(policy({ patchesJson6902 }))).to.deep.equal([
      { name: 'default-class', runtimeClass: 'kata-clh', namespaceLabels: {} },
    ])
  })

  it('leaves other policies alone', () => {
    expect(defaultClassPolicies(policy({ patchStrategicMerge: { spec: { hostIPC: false } } }))).to.deep.equal([])
  })

  it('is absent where its API is not served, and unknown where it may not be listed', async () => {
    const answering = (code: number) =>
      detectKyverno({ raw: () => Promise.reject(Object.assign(new Error('no'), { code })) })
    expect((await answering(404)).kyverno.value).to.equal(false)
    expect((await answering(403)).kyverno.value).to.equal(null)
  })

  it('is unknown where its policies are seen and what lifts them is not', async () => {
    const forbidden = Object.assign(new Error('policyexceptions is forbidden'), { code: 403 })
    const raw = (path: string) =>
      path.endsWith('/clusterpolicies') ? Promise.resolve({ items: [] }) : Promise.reject(forbidden)
    const { kyverno } = await detectKyverno({ raw: raw })
    expect(kyverno).to.deep.equal(unknown('policyexceptions is forbidden'))
  })
})
