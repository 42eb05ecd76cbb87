import { expect } from 'chai'
import { kindOf } from '../../../sim/apiserver/kinds.ts'
import type { Kind } from '../../../sim/apiserver/kinds.ts'
import { typeFor } from '../../../sim/apiserver/context.ts'
import { strategicMergePatch } from '../../../sim/apiserver/patch/strategicMergePatch.ts'
import { addQuantities, canonical, compareQuantities } from '../../../sim/apiserver/schema/quantity.ts'

const podType = typeFor(kindOf('v1', 'Pod') as Kind)
const target = {
  metadata: { finalizers: ['a', 'b'], labels: { x: '1' } },
  spec: {
    containers: [
      { name: 'one', image: 'a', env: [{ name: 'A', value: '1' }] },
      { name: 'two', image: 'b' },
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
    tolerations: [{ key: 'old', operator: 'Exists' }],
  },
}

describe('strategic merge patch', () => {
  const patched = (patch: Record<string, unknown>) => strategicMergePatch(target, patch, podType) as typeof target

  it('merges lists by their key, also nested ones', () => {
    const { spec } = patched({ spec: { containers: [{ name: 'one', env: [{ name: 'B', value: '2' }] }] } })
    expect(spec.containers[0]).to.deep.equal({
      name: 'one',
      image: 'a',
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    })
    expect(spec.containers[1]).to.deep.equal({ name: 'two', image: 'b' })
  })

  it('replaces lists that have no key', () => {
    expect(patched({ spec: { tolerations: [{ key: 'new', operator: 'Exists' }] } }).spec.tolerations).to.deep.equal([
      { key: 'new', operator: 'Exists' },
    ])
  })

  it('deletes an item, replaces a list, and keeps only some keys when told', () => {
    expect(
      patched({ spec: { containers: [{ name: 'one', $patch: 'delete' }] } }).spec.containers.map(({ name }) => name),
    ).to.deep.equal(['two'])
    expect(
      patched({ spec: { containers: [{ $patch: 'replace' }, { name: 'three', image: 'c' }] } }).spec.containers,
    ).to.deep.equal([{ name: 'three', image: 'c' }])
    const { volumes } = patched({
      spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] },
    }).spec
    expect(volumes).to.deep.equal([{ name: 'v', hostPath: { path: '/x' } }])
  })

  it('orders items and removes primitives when told', () => {
    const order = {
      '$setElementOrder/containers': [{ name: 'two' }, { name: 'one' }],
      containers: [{ name: 'two', image: 'c' }],
    }
    expect(patched({ spec: order }).spec.containers.map(({ name, image }) => `${name} ${image}`)).to.deep.equal([
      'two c',
      'one a',
    ])
    expect(patched({ metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }).metadata.finalizers).to.deep.equal([
      'b',
    ])
  })

  it('leaves its target alone', () => {
    const before = structuredClone(target)
    patched({ spec: { containers: [{ name: 'one', image: 'z' }], volumes: null } })
    expect(target).to.deep.equal(before)
  })
})

describe('quantities', () => {
  it('have one canonical form', () => {
    const forms = ['1024Mi', '0.5', '1500m', '1.5Gi', '1000Ki', '2000', '0', '100k', '1e3']
    expect(forms.map(canonical)).to.deep.equal(['1Gi', '500m', '1500m', '1536Mi', '1000Ki', '2k', '0', '100k', '1e3'])
  })

  it('are compared and added exactly', () => {
    expect(compareQuantities('1Gi', '1024Mi')).to.equal(0)
    expect(compareQuantities('999m', '1')).to.equal(-1)
    expect(addQuantities('128Mi', '160Mi')).to.equal('288Mi')
    expect(addQuantities('0', '250m')).to.equal('250m')
  })
})
