import { expect } from 'chai'
import { NotApplicableError, type Facts } from '../../../helpers/facts/armFacts.ts'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import { onHomeOf } from '../../../helpers/oracles/homeArchitecture.ts'

const home = (architecture: object) => ({ node: { name: 'n', architecture } }) as unknown as Facts

describe('a claim about one architecture', () => {
  it('is about a node that has it, and about one of which it is not known', () => {
    onHomeOf('amd64', home(known('amd64', 'Node')))
    onHomeOf('amd64', home(unknown('nobody looked')))
  })

  it('is not about another one', () => {
    expect(() => onHomeOf('amd64', home(known('arm64', 'Node')))).to.throw(NotApplicableError, 'n is arm64, not amd64')
  })
})
