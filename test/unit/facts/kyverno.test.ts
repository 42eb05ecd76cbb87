import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
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
      {
        name: 'default-class',
        runtimeClass: 'kata-qemu',
        namespaceLabels: known(
          { 'runtime-sandbox': 'enabled' },
          'the namespaceSelector of rule a of policy default-class',
        ),
      },
    ])
  })

  it('reads a JSON patch', () => {
    const patchesJson6902 = '- op: add\n  path: "/spec/runtimeClassName"\n  value: kata-clh\n'
    expect(defaultClassPolicies(policy({ patchesJson6902 }, { resources: { kinds: ['Pod'] } }))).to.deep.equal([
      {
        name: 'default-class',
        runtimeClass: 'kata-clh',
        namespaceLabels: known({}, 'rule a of policy default-class has no selector'),
      },
    ])
  })

  const kinds = ['Pod']
  const labelled = { namespaceSelector: { matchLabels: { 'runtime-sandbox': 'enabled' } } }
  const only = (resources: object, beside: object = {}) => ({
    any: [{ resources: { kinds, ...resources }, ...beside }],
  })
  const scopes: [what: string, rule: object, by: string | null][] = [
    ['labels', { match: only(labelled) }, null],
    ['labels, and fields that the API server filled in', { match: optIn, exclude: { resources: {} } }, null],
    ['labels of pods that are made', { match: only({ ...labelled, operations: ['CREATE'] }) }, null],
    ['the only filter of all', { match: { all: [{ resources: { kinds: ['v1/Pod'], ...labelled } }] } }, null],
    ['namespaces by name', { match: only({ namespaces: ['prod'] }) }, 'namespaces'],
    ['labels of pods', { match: only({ ...labelled, selector: { matchLabels: { a: 'b' } } }) }, 'selector'],
    [
      'expressions',
      { match: only({ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }) },
      'matchExpressions',
    ],
    ['users', { match: only(labelled, { subjects: [{ kind: 'User', name: 'u' }] }) }, 'subjects'],
    ['one of several', { match: { any: [...optIn.any, ...optIn.any] } }, 'several alternatives'],
    [
      'namespaces of others left out',
      { match: optIn, exclude: only({ namespaces: ['kube-system', 'kyverno'] }) },
      null,
    ],
    ['patterns of others left out', { match: optIn, exclude: { resources: { namespaces: ['kube-*'] } } }, null],
    ['its own namespaces left out', { match: optIn, exclude: only({ namespaces: ['kata-conformance-*'] }) }, 'exclude'],
    ['every namespace left out', { match: optIn, exclude: only({ namespaces: ['a', '*'] }) }, 'exclude'],
    ['labels left out', { match: optIn, exclude: only({ namespaces: ['a'], selector: { matchLabels: {} } }) }, null],
    ['pods left out', { match: optIn, exclude: only({ namespaces: ['a'], names: ['b'] }) }, 'exclude'],
    ['kinds left out', { match: optIn, exclude: only({}) }, 'exclude'],
    ['preconditions', { match: optIn, preconditions: { all: [{ key: 'a', operator: 'Equals' }] } }, 'preconditions'],
    ['a pattern', { match: only({ namespaceSelector: { matchLabels: { a: 'b*' } } }) }, 'the pattern a: b*'],
    [
      'the name of a namespace',
      { match: only({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'team-a' } } }) },
      'the name of a namespace',
    ],
    ['another kind', { match: { any: [{ resources: { kinds: ['Deployment'] } }] } }, 'kinds ["Deployment"]'],
    ['updates', { match: only({ ...labelled, operations: ['UPDATE'] }) }, 'operations ["UPDATE"]'],
    [
      'an anchor',
      { match: optIn, mutate: { patchStrategicMerge: { spec: { '(hostPID)': false, runtimeClassName: 'k' } } } },
      'an anchor of its patch',
    ],
  ]
  for (const [what, rule, by] of scopes) {
    it(`${by === null ? 'understands' : 'does not guess'} where a rule holds: ${what}`, () => {
      const mutate = { patchStrategicMerge: { spec: { '+(runtimeClassName)': 'kata-qemu' } } }
      const made = { ...policy({}), spec: { rules: [{ name: 'a', mutate, ...rule }] } }
      const [{ value = undefined, how = '' } = {}] = defaultClassPolicies(made).map(
        ({ namespaceLabels }) => namespaceLabels,
      )
      expect(value).to.deep.equal(by === null ? { 'runtime-sandbox': 'enabled' } : null)
      if (by !== null)
        expect(how).to.equal(`rule a of policy default-class chooses its pods by ${by}, which is not understood`)
    })
  }

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
