import { expect } from 'chai'
import { brokenProbe } from '../../../engine/cluster/brokenProbe.ts'
import { lastingProbe, type StartedProbe } from '../../../engine/cluster/lastingProbe.ts'
import type { NodeProbe } from '../../../helpers/node/nodeProbe.ts'
import { listeningProbe } from '../../../helpers/facts/listeningProbe.ts'
import { NodeProbeError } from '../../../helpers/node/nodeProbeError.ts'

const probe = (readFile: NodeProbe['readFile']): NodeProbe => ({ node: 'n1', readFile }) as NodeProbe
const lost = Object.assign(new Error('pods "node-probe-1" not found'), { name: 'ExecError', kind: 'rejected' })

describe('a probe whose pod somebody deletes', () => {
  it('is started again once, by the first who notices, and asked again', async () => {
    let starts = 0
    const first: StartedProbe = { probe: probe(() => Promise.reject(lost)), isThere: async () => false }
    const lasting = lastingProbe(first, async () => {
      starts += 1
      return { probe: probe(async (path) => `${path} of probe ${starts}`), isThere: async () => true }
    })
    expect(await Promise.all([lasting.readFile('/a'), lasting.readFile('/b')])).to.deep.equal([
      '/a of probe 1',
      '/b of probe 1',
    ])
    expect(starts).to.equal(1)
    expect(lasting.node).to.equal('n1')
  })

  it('throws what it throws while its pod is there', async () => {
    const there: StartedProbe = { probe: probe(() => Promise.reject(lost)), isThere: async () => true }
    const lasting = lastingProbe(there, () => Promise.reject(new Error('not to be started')))
    expect(await lasting.readFile('/a').catch((error: Error) => error)).to.equal(lost)
  })
})

describe('a node that should have a probe and has none', () => {
  it('breaks whoever asks, with the reason', async () => {
    const broken = brokenProbe('n1', 'the probe pod does not start')
    expect(broken.node).to.equal('n1')
    expect(await broken.kvm().catch((error: Error) => `${error.name}: ${error.message}`)).to.equal(
      'ProbeBroken: node n1 should have a probe, and has none: the probe pod does not start',
    )
  })

  it('tells broken answers from answers', async () => {
    const told: string[] = []
    const ask = (error: Error) =>
      listeningProbe(
        probe(() => Promise.reject(error)),
        (why) => told.push(why),
      )
        .readFile('/a')
        .catch(() => undefined)
    await ask(new NodeProbeError('n1', '/a does not exist'))
    await ask(new NodeProbeError('n1', 'listing processes', { cause: lost }))
    await ask(lost)
    expect(told).to.deep.equal(['node n1: listing processes', lost.message])
  })
})
