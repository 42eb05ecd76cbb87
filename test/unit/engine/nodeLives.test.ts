import { expect } from 'chai'
import type { GroundReadings } from '../../../engine/arm/groundReadings.ts'
import { bootIdOf, livesOf } from '../../../engine/arm/nodeLives.ts'

const bootId = 'a0000000-0000-4000-8000-000000000000'
const lives = () =>
  livesOf([
    { name: 'n', readySince: 'then' },
    { name: 'away', readySince: null },
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
  it('is read once, also of a node of which nothing was known', async () => {
    const { asked, readings } = reading(node(bootId))
    const known = lives()
    for (const name of ['n', 'away', 'other', 'n', 'away', 'other'])
      expect(await bootIdOf(known, readings, name)).to.equal(bootId)
    expect(asked).to.deep.equal(['n', 'away', 'other'])
    expect(known.get('n')).to.deep.equal({ readySince: 'then', bootId })
  })

  const failures: [what: string, found: Parameters<typeof reading>[0], message: string][] = [
    ['a node that is gone', null, 'node n is gone'],
    ['one that may not be read', 'forbidden', 'node n may not be read: its boot id is not known'],
    ['one that reports none', node(''), 'status.nodeInfo.bootID of node n is not a boot id: ""'],
  ]
  for (const [what, found, message] of failures)
    it(`is not known of ${what}`, async () => {
      const error = await bootIdOf(lives(), reading(found).readings, 'n').catch((caught: Error) => caught.message)
      expect(error).to.equal(message)
    })
})
