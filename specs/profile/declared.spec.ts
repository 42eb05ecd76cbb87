import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { cluster } from '../../helpers/oracles/applicability.ts'
import { type Declaration, declarationId, declarationText } from '../../helpers/profile/declaration.ts'
import { presenceOf } from '../../helpers/profile/presence.ts'

behaviour<never, Declaration>('KATA-PROFILE-001', {
  on: cluster(({ declarations = [] }) =>
    declarations.length > 0 ? true : { no: 'no profile declares what the cluster must have (--profile)' },
  ),
  pods: () => ({}),
  cases: ({ declarations = [] }) => Object.fromEntries(declarations.map((each) => [declarationId(each), each])),
  check({ case: declared, facts, finding, expect }) {
    const { there, how } = presenceOf(declared, facts.cluster)
    const what = declarationText(declared)
    if (there === null) throw new FactUnknownError(`whether the cluster has ${what}, which the profile declares`, how)
    expect(there ? 'there' : 'absent', `${what}, which the profile declares (${how})`).to.equal('there')
    finding(`${what}: ${how}`)
    return Promise.resolve()
  },
  killedBy: { 'kata-qemu-class-missing': 'RuntimeClass kata-qemu, which the profile declares' },
})
