import { expect } from 'chai'
import type { Arm } from '../../../engine/plan/arm.ts'
import { allot } from '../../../engine/plan/shard.ts'
import { arm } from './armDouble.ts'

/** `behaviour@node`, `!` for one that wants its node for itself, no node for one that was decided. */
function armsOf(...texts: string[]): Arm[] {
  return texts.map((text) => {
    const [name = '', node] = text.replace('!', '').split('@')
    const made = arm(text, () => Promise.resolve(), { definition: text.startsWith('!') ? { exclusive: true } : {} })
    return { ...made, planned: { ...made.planned, behaviour: name.replace(/ .*/, ''), node: node ?? null } }
  })
}

/** What each shard has, in the plan's order. */
function dealt(arms: readonly Arm[], count: number): string[][] {
  const { shardOf } = allot(arms, count)
  expect([...shardOf.keys()].sort(), 'every arm once').to.deep.equal(arms.map(({ planned }) => planned.id).sort())
  return Array.from({ length: count }, (_, index) =>
    arms.filter(({ planned }) => shardOf.get(planned.id) === index + 1).map(({ planned }) => planned.id),
  )
}

describe('shards of a plan', () => {
  it('own whole nodes, the fullest node first', () => {
    const arms = armsOf('a@n1', 'a@n2', 'b@n2', 'a@n3', 'b@n3', 'c@n3')
    expect(dealt(arms, 2)).to.deep.equal([
      ['a@n3', 'b@n3', 'c@n3'],
      ['a@n1', 'a@n2', 'b@n2'],
    ])
  })

  it('share a node only where they outnumber nodes: contiguous runs of its behaviours', () => {
    const arms = armsOf('a@n1', 'b@n1', 'c@n1', 'd@n1', 'a@n2')
    expect(dealt(arms, 3)).to.deep.equal([['a@n1', 'b@n1'], ['c@n1', 'd@n1'], ['a@n2']])
    expect([...allot(arms, 3).shardsOn]).to.deep.equal([
      ['n1', [1, 2]],
      ['n2', [3]],
    ])
  })

  it('keep the arms of a behaviour together: its control decides about its checks', () => {
    const arms = armsOf('a 1@n1', 'a 2@n1', 'a control@n1', 'b@n1')
    expect(dealt(arms, 2)).to.deep.equal([['a 1@n1', 'a 2@n1', 'a control@n1'], ['b@n1']])
  })

  it('leave what wants a node for itself to the first shard of the node', () => {
    const arms = armsOf('a@n1', 'b@n1', '!c@n1', '!d@n1')
    expect(dealt(arms, 2)).to.deep.equal([['a@n1', '!c@n1', '!d@n1'], ['b@n1']])
  })

  it('leave what was decided without a node to shard 1', () => {
    expect(dealt(armsOf('a', 'b', 'c@n1'), 2)).to.deep.equal([['a', 'b', 'c@n1'], []])
  })

  it('have nothing where there are more of them than behaviours', () => {
    expect(dealt(armsOf('a@n1', 'b@n1'), 4)).to.deep.equal([['a@n1'], ['b@n1'], [], []])
  })

  it('are the same whatever the order in which nodes are met', () => {
    const arms = armsOf('a@n1', 'b@n2', 'c@n3', 'd@n4')
    const backwards = [...arms].reverse()
    expect(allot(backwards, 3).shardOf).to.deep.equal(new Map([...allot(arms, 3).shardOf].reverse()))
  })
})
