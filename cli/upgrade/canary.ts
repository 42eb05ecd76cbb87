import { updateOneNode } from '../../engine/upgrade/canaryNode.ts'
import { askWitnesses } from '../../engine/upgrade/witnesses/askWitnesses.ts'
import { watchRollout } from '../../engine/upgrade/watchRollout.ts'
import type { Ground } from './ground.ts'
import type { Performance } from './perform.ts'
import { say } from './say.ts'

export { holdOtherNodes } from '../../engine/upgrade/canaryNode.ts'

/** Lets the new release onto one node, and asks its witnesses. True: the other nodes may follow, and are let go. */
export async function canaryFirst(
  { journal, cluster, signal }: Performance,
  { probeOn }: Ground,
  node: string,
  timeoutMs: number,
): Promise<boolean> {
  say(`node ${node} first; the others wait`)
  const watch = watchRollout(cluster, [node], signal)
  const release = await updateOneNode(cluster, journal, node)
  const { witnesses, started } = journal.record
  const rollout = await watch.finishOne(probeOn, timeoutMs)
  watch.stop()
  const said = await askWitnesses(
    cluster,
    witnesses.filter((each) => each.node === node),
    started.stallSeconds,
  )
  const bad = said.filter(({ verdict }) => verdict !== 'survived')
  if (rollout.done && bad.length === 0) {
    say(`node ${node} has the new release, and its witnesses survived: the others follow`)
    await release()
    return true
  }
  const others = (journal.record.stateBefore?.nodes ?? []).filter((each) => each.node !== node)
  const held = others.map((each) => ({
    node: each.node,
    done: false,
    held: true,
    what: `untouched: ${node} did not pass`,
    notReadySeconds: 0,
    steps: [],
  }))
  journal.write({ event: 'rollout', nodes: [rollout, ...held] })
  for (const testimony of said) journal.write({ event: 'testimony', testimony })
  journal.write({ event: 'witnesses.judged' })
  journal.write({
    event: 'note',
    text: `the other nodes were not touched: kata-deploy's DaemonSet has updateStrategy OnDelete`,
  })
  say(
    `node ${node}: ${rollout.done ? bad.map(({ witness, what }) => `${witness}: ${what}`).join('; ') : rollout.what}; the others are untouched`,
  )
  return false
}
