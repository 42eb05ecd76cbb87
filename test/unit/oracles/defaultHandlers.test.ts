import { expect } from 'chai'
import { defaultHandlers } from '../../../helpers/oracles/defaultHandlers.ts'

describe('handlers of the default class', () => {
  const chart = { amd64: 'qemu', arm64: 'qemu' }
  const environment = { DEFAULT_SHIM_X86_64: 'clh', DEFAULT_SHIM_AARCH64: '', MULTI_INSTALL_SUFFIX: '' }
  const of = (given: Partial<Parameters<typeof defaultHandlers>[1]>, ...architectures: readonly string[]) =>
    defaultHandlers(architectures, { declared: undefined, environment: {}, chart, ...given })

  it("are the profile's before all", () => {
    expect(of({ declared: 'kata-fc', environment }, 'amd64')).to.deep.equal(['kata-fc'])
  })

  it("follow what kata-deploy was given for an architecture, and the chart's where it was given none", () => {
    expect(of({ environment }, 'amd64')).to.deep.equal(['kata-clh'])
    expect(of({ environment }, 'arm64', 'amd64')).to.deep.equal(['kata-qemu', 'kata-clh'])
    expect(of({}, 'amd64')).to.deep.equal(['kata-qemu'])
  })

  it('end in the suffix of their installation', () => {
    expect(of({ environment: { ...environment, MULTI_INSTALL_SUFFIX: 'b' } }, 'amd64')).to.deep.equal(['kata-clh-b'])
  })

  it('are not known without any of them', () => {
    expect(of({ chart: null }, 'amd64')).to.equal(null)
  })
})
