import { expect } from 'chai'
import { known } from '../../../helpers/facts/fact.ts'
import type { ClassFacts } from '../../../helpers/facts/facts.ts'
import { annotationOutcome, isEnabled } from '../../../helpers/oracles/annotationOutcome.ts'

const classWith = (shim: 'go' | 'rust', annotations: readonly string[]): ClassFacts =>
  ({ shim: known(shim, 'test'), enabledAnnotations: known(annotations, 'test') }) as unknown as ClassFacts

describe('outcome of sizing annotations', () => {
  it('is a refusal of the Go shim by default (recorded on 3.26.0)', () => {
    expect(annotationOutcome(classWith('go', ['enable_iommu', 'kernel_params']))).to.equal('rejected')
  })

  it("is honoured by the Rust shim's own list, and ignored where that is shortened", () => {
    expect(annotationOutcome(classWith('rust', ['kernel_params', 'default_vcpus', 'default_memory']))).to.equal(
      'honoured',
    )
    expect(annotationOutcome(classWith('rust', ['kernel_params', 'default_vcpus']))).to.equal('ignored')
  })

  it('reads the list as regular expressions over whole keys', () => {
    expect(isEnabled(['default_.*'], 'default_memory')).to.equal(true)
    expect(isEnabled(['default_mem'], 'default_memory')).to.equal(false)
  })
})
