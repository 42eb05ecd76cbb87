import type { RunRecord } from '../record/runRecord.ts'

/** Why two runs say nothing about one change: each reason with what would be right. Empty when they can be compared. */
export function incomparable(before: RunRecord, after: RunRecord): string[] {
  const reasons: string[] = []
  if (before.simulated !== after.simulated)
    reasons.push(`${simulated(before)}, ${simulated(after)}: compare two runs of one kind`)
  if (!before.simulated && !sameCluster(before, after))
    reasons.push(
      `run ${before.runId} is of ${before.cluster.server} (${nodesOf(before).join(', ')}), run ${after.runId} of ${after.cluster.server} (${nodesOf(after).join(', ')}): compare two runs of one cluster`,
    )
  const profiles = [before, after].map(profileOf)
  if (profiles[0] !== profiles[1])
    reasons.push(
      `run ${before.runId} was held to ${profiles[0] ?? 'no profile'}, run ${after.runId} to ${profiles[1] ?? 'no profile'}: give both the same --profile`,
    )
  for (const run of [before, after]) {
    if (run.shard)
      reasons.push(`run ${run.runId} is shard ${run.shard.index} of ${run.shard.count}: \`merge\` the shards first`)
    if (run.arms.length === 0) reasons.push(`run ${run.runId} has no arms: nothing was planned, or it ended before`)
  }
  return reasons
}

const simulated = ({ runId, simulated }: RunRecord): string =>
  `run ${runId} is of a ${simulated ? 'simulated' : 'real'} cluster`

/** The same API server, or most of the same nodes behind another address of it. */
function sameCluster(before: RunRecord, after: RunRecord): boolean {
  if (before.cluster.server === after.cluster.server) return true
  const [a, b] = [nodesOf(before), nodesOf(after)]
  const common = a.filter((name) => b.includes(name)).length
  return common > 0 && common * 2 >= Math.max(a.length, b.length)
}

const nodesOf = ({ facts }: RunRecord): string[] =>
  [
    ...new Set(facts.flatMap(({ subject }) => (subject.startsWith('node/') ? [subject.slice('node/'.length)] : []))),
  ].sort()

/** The file's name as given to --profile; its folder may be another on another machine. */
function profileOf({ command }: RunRecord): string | null {
  const at = command.findIndex((word) => word === '--profile' || word.startsWith('--profile='))
  if (at === -1) return null
  const given = command[at]?.split('=')[1] ?? command[at + 1] ?? ''
  return given.split('/').at(-1) ?? null
}
