import type { Finding } from '../gate/finding.ts'
import type { UpgradeRecord } from '../record/upgradeRecord.ts'

/** The command, and whether each node came to the new release. */
export function judgeCourse(record: UpgradeRecord): Finding[] {
  return [...command(record), ...rollout(record), ...release(record)]
}

function command({ started, commandStartedAt, commandEnded }: UpgradeRecord): Finding[] {
  const of = { subject: 'command', title: started.command.join(' ') }
  if (commandStartedAt === null)
    return [
      { ...of, weight: 'open', what: 'it was not run', because: 'nothing was upgraded', settledBy: 'upgrade --resume' },
    ]
  if (commandEnded === null)
    return [
      {
        ...of,
        weight: 'open',
        what: `it was started at ${commandStartedAt}, and its end was not seen`,
        because: 'the upgrade was killed meanwhile; it is never run a second time without being told to',
        settledBy:
          'see whether it did its work, run it by hand if not, and look at the nodes below; then --accept command',
      },
    ]
  const { exitCode, signal, lastLine } = commandEnded
  if (exitCode === 0) return []
  return [
    {
      ...of,
      weight: 'blocks',
      what: `${signal === null ? `exit code ${exitCode ?? '?'}` : `ended by ${signal}`}: ${lastLine}`,
      because: 'the upgrade itself failed; its whole output is in command.log',
    },
  ]
}

function rollout({ rollout: nodes, stateAfter, commandStartedAt }: UpgradeRecord): Finding[] {
  if (commandStartedAt === null) return []
  if (nodes === null)
    return [
      {
        weight: 'open',
        subject: 'rollout',
        title: 'each node',
        what: 'the rollout was not watched to its end',
        because: 'nobody knows which nodes have the new release',
        settledBy: 'kata-conformance upgrade --resume FOLDER',
      },
    ]
  const isLost = (node: string) => !(stateAfter?.nodes.find((each) => each.node === node)?.ready ?? false)
  const someLost = nodes.some(({ node, done, held }) => !done && !held && isLost(node))
  const lostFirst = [...nodes].sort((one, other) => Number(isLost(other.node)) - Number(isLost(one.node)))
  return lostFirst.map(({ node, done, held, what, notReadySeconds, steps }): Finding => {
    const subject = `node ${node}`
    if (done)
      return {
        weight: 'told',
        subject,
        title: 'rollout',
        what: `${what}${notReadySeconds > 0 ? `; NotReady for ${notReadySeconds} s` : ''}`,
        because: steps.join('; ') || 'watched',
      }
    if (held) return { weight: 'told', subject, title: 'was not upgraded', what, because: '--canary-node' }
    if (isLost(node))
      return {
        weight: 'open',
        subject,
        title: 'lost during the upgrade',
        what,
        because: 'a node that does not answer may be the upgrade’s doing or not: what is on it is unknown',
        settledBy: 'bring the node back, then kata-conformance upgrade --resume FOLDER',
      }
    if (someLost)
      return {
        weight: 'open',
        subject,
        title: 'the rollout waits',
        what,
        because: 'the DaemonSet goes on when the node that is lost is back or out of the cluster',
        settledBy: 'bring the lost node back, then kata-conformance upgrade --resume FOLDER',
      }
    return {
      weight: 'blocks',
      subject,
      title: 'the rollout has stopped half-way',
      what,
      because: 'nodes of two releases: new pods get what their node happens to have',
    }
  })
}

function release({ stateBefore, stateAfter, commandEnded, started }: UpgradeRecord): Finding[] {
  if (commandEnded?.exitCode !== 0 || stateAfter === null || started.rollbackOf !== null) return []
  if (stateBefore?.version !== stateAfter.version) return []
  return [
    {
      weight: 'told',
      subject: 'kata-deploy',
      title: 'release',
      what: `${stateAfter.version ?? 'unknown'} before and after`,
      because: 'the command changed values only, or nothing',
    },
  ]
}
