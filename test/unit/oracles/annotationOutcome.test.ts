import { expect } from 'chai'
import { known } from '../../../helpers/facts/fact.ts'
import type { ClassFacts } from '../../../helpers/facts/facts.ts'
import { annotationOutcome, isEnabled, sizingKeys, sizingKeysOf } from '../../../helpers/oracles/annotationOutcome.ts'

const classWith = (shim: 'go' | 'rust', annotations: readonly string[]): ClassFacts =>
  ({ shim: known(shim, 'test'), enabledAnnotations: known(annotations, 'test') }) as unknown as ClassFacts

describe('outcome of sizing annotations', () => {
  it('is a refusal of the Go shim by default (recorded on 3.26.0)', () => {
    expect(annotationOutcome(classWith('go', ['enable_iommu', 'kernel_params']), 'default_memory')).to.equal('rejected')
  })

  it("is honoured by the Rust shim's own list, and ignored where that is shortened", () => {
    const both = classWith('rust', ['kernel_params', 'default_vcpus', 'default_memory'])
    expect(sizingKeys.map((key) => annotationOutcome(both, key))).to.deep.equal(['honoured', 'honoured'])
    const one = classWith('rust', ['kernel_params', 'default_vcpus'])
    expect(sizingKeys.map((key) => annotationOutcome(one, key))).to.deep.equal(['ignored', 'honoured'])
  })

  it('is told for each key: one that is enabled does not hide that the other is not', () => {
    const one = classWith('go', ['default_memory'])
    expect(sizingKeysOf(one, true)).to.deep.equal(['default_memory'])
    expect(sizingKeysOf(one, false)).to.deep.equal(['default_vcpus'])
    expect(annotationOutcome(one, 'default_vcpus')).to.equal('rejected')
  })

  it('reads the list as regular expressions over whole keys', () => {
    expect(isEnabled(['default_.*'], 'default_memory')).to.equal(true)
    expect(isEnabled(['default_mem'], 'default_memory')).to.equal(false)
  })
})
