import { expect } from 'chai'
import { runChecks } from '../../mutation/simulatedRun.ts'
import { startSimulatedCluster } from '../../../cli/simulatedCluster.ts'

/** Verdicts of the checks of one claim. */
async function verdicts(scenario: string, behaviour: string, allowNodeChanges: boolean) {
  const simulation = await startSimulatedCluster({ scenario, speed: Infinity })
  try {
    const { storageClasses } = simulation
    const { arms, leaked } = await runChecks(simulation.kubeconfig, {
      storageClasses,
      behaviours: [behaviour],
      allowNodeChanges,
    })
    const checks = arms.filter(({ role, behaviour: id }) => role === 'check' && id === behaviour)
    return {
      leaked,
      verdicts: checks.map(({ verdict }) => verdict),
      said: checks.map(({ message, findings }) => [message, ...findings].join(' ')),
    }
  } finally {
    await simulation.close()
  }
}

describe('volumes of a simulated cluster', function () {
  this.timeout(60_000)

  it('come from its provisioner where it has a StorageClass for them', async () => {
    const seen = await verdicts('small', 'KATA-BLOCK-003', false)
    expect([...new Set(seen.verdicts)]).to.deep.equal(['passed'])
    expect(seen.said[0]).to.include('StorageClass local-block')
    expect(seen.leaked).to.deep.equal([])
  })

  it('are skipped, with the reason, where it has none', async () => {
    const seen = await verdicts('without-storage-classes', 'KATA-BLOCK-003', false)
    expect([...new Set(seen.verdicts)]).to.deep.equal(['skipped'])
    expect(seen.said[0]).to.include('needs a StorageClass for volumes of mode block')
  })

  it("are the suite's own there, on a loop device, where it may change nodes", async () => {
    const seen = await verdicts('without-storage-classes', 'KATA-BLOCK-003', true)
    expect([...new Set(seen.verdicts)]).to.deep.equal(['passed'])
    expect(seen.said[0]).to.include("a volume of the suite's own: /dev/kata-conformance-")
    expect(seen.leaked).to.deep.equal([])
  })
})
