import { expect } from 'chai'
import { simulatedRun } from '../mutation/simulatedRun.ts'

/** Verdict of KATA-RTCLASS-001 where no profile says which classes there are. */
async function verdictOf(...faults: string[]): Promise<{ verdict: string; message: string } | undefined> {
  const options = { behaviours: ['KATA-RTCLASS-001'], declaredClasses: null }
  const { arms } = await simulatedRun({ scenario: 'documented', faults, options })
  return arms.find(({ role }) => role !== 'canary')
}

describe('a class that no profile declares', function () {
  this.timeout(60_000)

  it('is there', async () => {
    expect(await verdictOf()).to.include({ verdict: 'passed' })
  })

  it('is missed where kata-deploy has its shim, and classes for the others', async () => {
    const found = await verdictOf('kata-qemu-class-missing')
    expect(found?.message).to.include("RuntimeClass kata-qemu: expected 'absent' to equal 'there'")
    expect(found).to.include({ verdict: 'failed' })
  })
})

describe('classes that a profile leaves to the chart', function () {
  this.timeout(60_000)
  const behaviours = ['KATA-RTCLASS-007', 'KATA-SHIM-009', 'KATA-DEPLOY-015']

  const redsOf = async (declaresAllClasses: boolean): Promise<string[]> => {
    const options = { behaviours, declaredClasses: [{ name: 'kata-qemu' }], declaresAllClasses }
    const { arms } = await simulatedRun({ scenario: 'documented', faults: [], options })
    return arms
      .filter(({ verdict, role }) => verdict === 'failed' && role !== 'canary')
      .map(({ behaviour }) => behaviour)
  }

  it('may be there', async () => {
    expect(await redsOf(false)).to.deep.equal([])
  })

  it('may not where the profile is to name all of them', async () => {
    expect(await redsOf(true)).to.include.members(['KATA-RTCLASS-007', 'KATA-SHIM-009'])
  })
})

describe('a cluster with Kyverno of which nobody says that it is in production', function () {
  this.timeout(60_000)

  it('need not forbid hostPath volumes', async () => {
    const options = { behaviours: ['KATA-HOSTPATH-008'], production: null }
    const { arms } = await simulatedRun({ scenario: 'kyverno', faults: ['host-path-policy-missing'], options })
    const [seen] = arms.filter(({ role }) => role !== 'canary')
    expect(seen).to.include({ verdict: 'skipped' })
    expect(seen?.message).to.include('hostPath is not blocked (ready)')
  })
})
