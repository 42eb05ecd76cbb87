import { expect } from 'chai'
import { registeredBehaviours } from '../../../helpers/behaviour.ts'
import { FactUnknownError } from '../../../helpers/facts/armFacts.ts'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { DefaultClassPolicy } from '../../../helpers/facts/kyverno.ts'
import '../../../specs/kyverno/defaultClass.spec.ts'

const understood: DefaultClassPolicy = { name: 'a', runtimeClass: 'kata-qemu', namespaceLabels: known({ b: 'c' }, '') }
const how = 'rule r of policy other chooses its pods by namespaces, which is not understood'
const other: DefaultClassPolicy = { name: 'other', runtimeClass: 'kata-clh', namespaceLabels: unknown(how) }

/** What the check of a claim throws on a cluster with these policies, before it makes anything. */
async function thrownBy(id: string, defaultClassPolicies: readonly DefaultClassPolicy[]): Promise<unknown> {
  const check = registeredBehaviours().find((each) => each.id === id)?.definition.check
  const context = { expect, facts: { cluster: { defaultClassPolicies, classes: [{ name: 'x' }] } } } as never
  return check?.(context).catch((error: unknown) => error)
}

describe('checks of the default RuntimeClass', () => {
  for (const id of ['KATA-KYVERNO-001', 'KATA-KYVERNO-002', 'KATA-KYVERNO-003']) {
    it(`know nothing where a policy holds nobody knows where: ${id}`, async () => {
      const error = await thrownBy(id, [understood, other])
      expect(error).to.be.instanceOf(FactUnknownError)
      expect((error as Error).message).to.equal(`where policy other holds is unknown: ${how}`)
    })
  }

  it('ask of a policy that it names a label: without one it holds in all namespaces', async () => {
    const everywhere = { ...understood, namespaceLabels: known({}, '') }
    expect(String(await thrownBy('KATA-KYVERNO-002', [everywhere]))).to.match(
      /labels of the namespaces in which policy a holds: expected {} not to be empty/,
    )
  })
})
