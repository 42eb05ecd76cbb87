import os from 'node:os'
import { parseArgs } from 'node:util'
import { plainTable } from '../../cli/terminal/plainTable.ts'
import { startByKubeconfig } from './clusters/byKubeconfig.ts'
import { startReal } from './clusters/real.ts'
import { simulated, startSimulated } from './clusters/simulated.ts'
import type { Target } from './clusters/target.ts'
import { disturbedRun, type Undisturbed, undisturbedRun } from './disturbedRun.ts'
import { type FaultPlan, planOf } from './faultPlan.ts'
import { keptIn } from './kept.ts'
import { createSuite } from './suite.ts'
import { describeOutcome, isBadTally, tableOf, tallyOf } from './summary.ts'
import { writeTable } from './writeTable.ts'

// `npm run reliability [-- --seed N] [--runs N] [--fault NAME]… [--cluster sim | real | KUBECONFIG] [--keep FOLDER] [--minutes N] [--json] [--write]`: runs of
// the suite, each struck by one fault at a moment that its seed decides. Exit code 1 when a verdict is wrong, something is left, or a run hangs.
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '26' },
    fault: { type: 'string', multiple: true },
    cluster: { type: 'string', default: 'sim' },
    /** Runs that are in this folder are not made again. */
    keep: { type: 'string' },
    /** No run is begun after so many minutes. */
    minutes: { type: 'string', default: 'Infinity' },
    json: { type: 'boolean', default: false },
    /** The table goes into docs/reliability.md. */
    write: { type: 'boolean', default: false },
  },
})
const [first, runs, minutes] = [Number(values.seed), Number(values.runs), Number(values.minutes)]
if (!Number.isInteger(first) || !Number.isInteger(runs) || runs < 1 || !(minutes >= 0)) {
  process.stderr.write('--seed, --runs and --minutes are numbers, --runs at least 1\n')
  process.exit(2)
}
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const names = values.cluster === 'sim' ? Object.keys(simulated) : [values.cluster]
const targets = new Map<string, Target>()
const kept = keptIn(values.keep ?? null)
const suite = createSuite()

function start(name: string): Promise<Target> {
  if (values.cluster === 'sim') return startSimulated(name)
  return name === 'real' ? startReal(name) : startByKubeconfig(name)
}

async function targetOf(name: string): Promise<Target> {
  const target = targets.get(name) ?? (await start(name))
  targets.set(name, target)
  return target
}

/** A machine that is short of everything may disturb a run by itself: what is compared with is tried three times. */
async function undisturbedOf(plan: FaultPlan, target: Target, tries = 3): Promise<Undisturbed> {
  const key = `${plan.cluster} ${plan.group.name}`
  const before = kept.undisturbed(key)
  if (before) return before
  try {
    const run = await undisturbedRun(suite, target, plan.group)
    kept.addUndisturbed(key, run)
    return run
  } catch (error) {
    if (tries === 1) throw error
    say(`again: ${(error as Error).message}`)
    return undisturbedOf(plan, target, tries - 1)
  }
}

try {
  const seeds = Array.from({ length: runs }, (_, index) => first + index)
  const plans = seeds.map((seed) =>
    planOf(seed, { clusters: names, ...(values.fault ? { faults: values.fault } : {}) }),
  )
  for (const plan of plans.filter(({ seed }) => !kept.tallies.some((each) => each.seed === seed))) {
    if (performance.now() > minutes * 60_000) break
    const target = await targetOf(plan.cluster)
    const outcome = await disturbedRun(suite, plan, target, await undisturbedOf(plan, target))
    kept.add(tallyOf(outcome))
    say(describeOutcome(outcome))
  }
} catch (error) {
  if (!(error instanceof RangeError)) throw error
  say(error.message)
  process.exitCode = 2
} finally {
  suite.close()
  for (const target of targets.values()) await target.close()
}

const table = tableOf(kept.tallies)
const seeds = kept.tallies.map(({ seed }) => seed)
if (values.json) process.stdout.write(`${JSON.stringify(kept.tallies)}\n`)
else process.stdout.write(plainTable(table.head, table.rows))
if (values.write) {
  const machine = `${os.availableParallelism()} CPUs, load ${os.loadavg()[1]?.toFixed(1)} at the end, Node ${process.versions.node}`
  const which = `Seeds ${Math.min(...seeds)} to ${Math.max(...seeds)} on ${machine}, ${new Date().toISOString().slice(0, 10)}:`
  writeTable(values.cluster === 'sim' ? 'simulated' : 'real', table, which)
}
process.exit(process.exitCode ?? (kept.tallies.some(isBadTally) ? 1 : 0))
