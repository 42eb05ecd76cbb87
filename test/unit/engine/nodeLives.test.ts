import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { GroundReadings } from '../../../engine/arm/groundReadings.ts'
import { createBootIds, livesOf } from '../../../engine/arm/nodeLives.ts'

const [first, second] = ['a0000000-0000-4000-8000-000000000000', 'b0000000-0000-4000-8000-000000000000'] as const
const lives = () =>
  livesOf([
    { name: 'known', readySince: 'then', bootId: known(first, 'its kernel') },
    { name: 'unknown', readySince: 'then', bootId: unknown('nobody says') },
    { name: 'away', readySince: null, bootId: known(first, 'its kernel') },
  ])

/** What is read of any node. */
const reading = (node: Awaited<ReturnType<GroundReadings['node']>>) => {
  const asked: string[] = []
  const readings = { node: (name: string) => (asked.push(name), Promise.resolve(node)) } as unknown as GroundReadings
  return { asked, readings }
}
const node = (bootID: string) => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } },
  status: { nodeInfo: { bootID } },
})

describe('the boot id of a node', () => {
  it('is read at the first question, and what is known from then on', async () => {
    const { asked, readings } = reading(node(second))
    const nodes = lives()
    const bootId = createBootIds(nodes, readings)
    const names = ['known', 'unknown', 'away', 'other']
    for (const name of names) expect(await bootId(name)).to.equal(second)
    expect(asked).to.deep.equal(names)
    // What an arm finds changed since it began, it looks up there.
    expect(nodes.get('known')?.bootId).to.equal(first)
    expect(nodes.get('unknown')).to.deep.equal({ readySince: 'then', bootId: second })
    nodes.set('known', { readySince: 'then', bootId: second })
    for (const name of names) expect(await bootId(name)).to.equal(second)
    expect(asked).to.deep.equal(names)
  })

  const failures: [what: string, found: Parameters<typeof reading>[0], message: string][] = [
    ['a node that is gone', null, 'node n is gone'],
    ['one that may not be read', 'forbidden', 'node n may not be read: its boot id is not known'],
    ['one that reports none', node(''), 'status.nodeInfo.bootID of node n is not a boot id: ""'],
  ]
  for (const [what, found, message] of failures)
    it(`is not known of ${what}`, async () => {
      const error = await createBootIds(lives(), reading(found).readings)('n').catch((caught: Error) => caught.message)
      expect(error).to.equal(message)
    })
})
