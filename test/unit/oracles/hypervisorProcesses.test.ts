import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, Hypervisor } from '../../../helpers/facts/facts.ts'
import { hypervisorProcesses } from '../../../helpers/oracles/hypervisorProcesses.ts'

const withHypervisor = (hypervisor: Hypervisor) => ({ hypervisor: known(hypervisor, 'TOML') }) as ClassFacts

describe('hypervisor processes of a sandbox', () => {
  it('is one, and none where the VMM is in the shim or on another machine', () => {
    expect(hypervisorProcesses(withHypervisor('qemu'))).to.equal(1)
    expect(hypervisorProcesses(withHypervisor('dragonball'))).to.equal(0)
    expect(hypervisorProcesses(withHypervisor('remote'))).to.equal(0)
  })

  it('is not guessed', () => {
    const facts = { hypervisor: unknown('no node probe') } as Pick<ClassFacts, 'hypervisor'> as ClassFacts
    expect(() => hypervisorProcesses(facts)).to.throw('the hypervisor of the class is unknown: no node probe')
  })
})
