import { expect } from 'chai'
import { simulatedRun } from '../mutation/simulatedRun.ts'

// On a cluster whose clock runs as ours does: elsewhere the simulated one runs faster, and a deadline that life would overrun is never met.
describe('a healthy cluster at the speed of life', () => {
  it('is green, and no check is out of time', async () => {
    const { arms } = await simulatedRun({
      scenario: 'small',
      faults: [],
      speed: 1,
      options: { classes: ['kata-qemu', 'kata-clh'] },
    })
    const wanted = (role: string) => (role === 'canary' ? 'failed' : 'passed')
    const reds = arms.filter(({ role, verdict }) => verdict !== wanted(role) && verdict !== 'skipped')
    expect(reds.map(({ id, verdict, message }) => `${id}: ${verdict}: ${message}`)).to.deep.equal([])
    expect(arms.filter(({ verdict }) => verdict === 'passed').length).to.be.above(300)
  }).timeout(900_000)
})
