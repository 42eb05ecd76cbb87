import { parseArgs } from 'node:util'
import { startByKubeconfig } from './clusters/byKubeconfig.ts'
import { startReal } from './clusters/real.ts'
import { simulated, startSimulated } from './clusters/simulated.ts'
import type { Target } from './clusters/target.ts'
import { disturbedRun, type Outcome, type Undisturbed, undisturbedRun } from './disturbedRun.ts'
import { planOf } from './faultPlan.ts'
import { createSuite } from './suite.ts'
import { describeOutcome, summary } from './summary.ts'

// `npm run reliability [-- --seed N] [--runs N] [--fault NAME]… [--cluster sim | real | KUBECONFIG] [--json]`: runs of the suite, each struck by one fault at a
// moment that its seed decides. Exit code 1 when a verdict is wrong, something is left, or a run hangs.
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '26' },
    fault: { type: 'string', multiple: true },
    cluster: { type: 'string', default: 'sim' },
    json: { type: 'boolean', default: false },
  },
})
const [first, runs] = [Number(values.seed), Number(values.runs)]
if (!Number.isInteger(first) || !Number.isInteger(runs) || runs < 1) {
  process.stderr.write('--seed and --runs are whole numbers, --runs at least 1\n')
  process.exit(2)
}
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const names = values.cluster === 'sim' ? Object.keys(simulated) : [values.cluster]
const targets = new Map<string, Target>()
const undisturbed = new Map<string, Undisturbed>()
const outcomes: Outcome[] = []
const suite = createSuite()

function start(name: string): Promise<Target> {
  if (values.cluster === 'sim') return startSimulated(name)
  return name === 'real' ? startReal(name) : startByKubeconfig(name)
}

/** A machine that is short of everything may disturb a run by itself: what is compared with is tried three times. */
async function calm(run: () => Promise<Undisturbed>, tries = 3): Promise<Undisturbed> {
  try {
    return await run()
  } catch (error) {
    if (tries === 1) throw error
    say(`again: ${(error as Error).message}`)
    return calm(run, tries - 1)
  }
}

async function targetOf(name: string): Promise<Target> {
  const target = targets.get(name) ?? (await start(name))
  targets.set(name, target)
  return target
}

try {
  for (let seed = first; seed < first + runs; seed += 1) {
    const plan = planOf(seed, { clusters: names, ...(values.fault ? { faults: values.fault } : {}) })
    const target = await targetOf(plan.cluster)
    const key = `${plan.cluster} ${plan.group.name}`
    const before = undisturbed.get(key) ?? (await calm(() => undisturbedRun(suite, target, plan.group)))
    undisturbed.set(key, before)
    const outcome = await disturbedRun(suite, plan, target, before)
    outcomes.push(outcome)
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

const { text, bad } = summary(outcomes)
if (values.json) process.stdout.write(`${JSON.stringify(outcomes.map(({ stderr: _, record: __, ...rest }) => rest))}\n`)
else process.stdout.write(text)
process.exit(process.exitCode ?? (bad ? 1 : 0))
