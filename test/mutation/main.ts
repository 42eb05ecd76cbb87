import os from 'node:os'
import { parseArgs } from 'node:util'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { knobsOf, unknownFault } from '../../sim/faults/faultDepartures.ts'
import { listedFaults, type ListedFault } from '../../sim/faults/listedFaults.ts'
import type { Outcome, SeenArm } from './compare.ts'
import { groupsOf } from './groups.ts'
import { finishMatrix } from './matrixPage.ts'
import { createTrials, measuring, observing, placeOf, type Trials } from './trials.ts'
import { type Shown, tryGroup } from './tryGroup.ts'
import { OutOfTimeError, Workers } from './workers.ts'

// `npm run mutation [-- --json] [-- --fault NAME]`: every fault against every check. A fault is killed when exactly the checks that name it turn red, with the
// message that they announce, and nothing else changes. Faults that no check names together, and that change different things, are tried in groups (groups.ts);
// whatever of a group is not as announced is tried again in smaller ones, and alone at last.

/** Releases of Kata whose healthy cluster must be all green: every class of the newest, of the others one of each shim. Faults have every class of the guide's. */
const wholeReleases = ['4.1.0']
const releases = [
  ...wholeReleases,
  '3.25.0',
  '3.26.0',
  '3.27.0',
  '3.28.0',
  '3.29.0',
  '3.30.0',
  '3.31.0',
  '3.32.0',
  '4.0.0',
]
const GROUP = 12

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    count: { type: 'boolean' },
    fault: { type: 'string', multiple: true },
    // Each fault in a run of its own.
    alone: { type: 'boolean' },
    // Who meets whom in groups; every day others, unless it is given.
    seed: { type: 'string' },
    // Seconds since the epoch. Faults whose turn comes later are skipped, and counted as such.
    deadline: { type: 'string' },
  },
})
const say = (text: string) => void (values.json ? process.stderr : process.stdout).write(`${text}\n`)

const faults = new Map(listedFaults().map((fault) => [fault.name, fault]))
const chosen = (values.fault ?? [...faults.keys()]).map((name): ListedFault => {
  const fault = faults.get(name)
  if (fault) return fault
  process.stderr.write(`${unknownFault(name)}\n`)
  process.exit(2)
})
const seed = Number(values.seed ?? Math.floor(Date.now() / 86_400_000))
const registered = await loadSpecs()
const cpus = os.availableParallelism()
// Whole runs keep a CPU busy. Under faults checks wait for what never comes, and those that measure for time to pass: two of these fill one.
const processes = new Workers(2 * cpus)
const workers = { healthy: processes.part(cpus), faulty: processes }
const options = {
  faults: chosen,
  workers,
  registered,
  deadline: values.deadline === undefined ? Infinity : Number(values.deadline) * 1000,
  onHealthy: (what: string, seen: readonly SeenArm[]) => report(`healthy ${what}`, reds(seen)),
}
const observed = createTrials(observing(registered), options)
const measured = createTrials(measuring(registered), options)
let failed = 0
let passed = 0
const skipped = new Set<string>()
/** Of faults of which one kind of trial is still to be made. */
const halfDone = new Map<string, Outcome[]>()
const outcomes: Outcome[] = []
try {
  say(`seed ${seed}`)
  await Promise.all([
    ...groupsFor(observed).map((group) => tryOne(observed, group)),
    ...(values.fault === undefined ? releases.map(tryRelease) : []),
  ])
  // Figures are taken when nothing else keeps the machine busy.
  await Promise.all(groupsFor(measured).map((group) => tryOne(measured, group)))
} finally {
  processes.close()
}

if (values.fault === undefined && outcomes.length === chosen.length)
  say(await finishMatrix(chosen, registered, outcomes))

const survived = outcomes.filter((outcome) => outcome.survived.length > 0)
const unrelated = outcomes.flatMap((outcome) => outcome.unrelated.map((text) => `${outcome.fault}: ${text}`))
const killed = outcomes.length - survived.length
say(`killed ${killed}/${outcomes.length}, unrelated changes ${unrelated.length}, ${processes.runs} runs`)
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ faults: outcomes.length, killed, survived: survived.map(({ fault }) => fault), unrelated }, null, 2)}\n`,
  )
}
if (values.count) say(`${passed} passed, ${failed} failed, ${skipped.size} skipped`)
process.exit(failed > 0 ? 1 : 0)

async function tryRelease(kataVersion: string): Promise<void> {
  const select = wholeReleases.includes(kataVersion) ? {} : { select: { per: 'shim', all: [] } as const }
  const what = `healthy with Kata ${kataVersion}`
  try {
    report(what, reds(await workers.healthy.run({ scenario: 'documented', kataVersion, faults: [], ...select })))
  } catch (error) {
    report(what, [(error as Error).message])
  }
}

/** Every fault is observed. Measured is what a check that measures names. */
function groupsFor(trials: Trials): string[][] {
  const candidates = chosen
    .map((fault) => ({
      name: fault.name,
      // What a fault stops hides what others would show there.
      place: fault.stops ? fault.name : placeOf(fault),
      changes: knobsOf(fault.name),
      checks: [...trials.expectedOf(fault.name).keys()],
    }))
    .filter(({ name }) => trials.concerns(name))
  return groupsOf(candidates, values.alone ? 1 : GROUP, seed).map((group) => group.map(({ name }) => name))
}

async function tryOne(trials: Trials, group: readonly string[]): Promise<void> {
  const listed = (names: readonly string[]) => names.flatMap((name) => faults.get(name) ?? [])
  try {
    for (const outcome of await tryGroup(group, (names) => trials.under(listed(names)), told)) finish(outcome)
  } catch (error) {
    // The others are tried all the same: a run that the simulator did not survive is one defect.
    if (!(error instanceof OutOfTimeError)) return report(`faults ${group.join(', ')}`, [(error as Error).message])
    for (const name of group) {
      if (!skipped.has(name)) say(`skip fault ${name}: no time left`)
      skipped.add(name)
    }
  }
}

/** What made the faults of a group be tried in smaller ones: what they owe to each other. */
function told(group: readonly string[], { survived, unrelated }: Shown): void {
  say(`apart ${group.join(', ')}`)
  for (const [fault, texts] of survived) for (const text of texts) say(`       not by ${fault}: ${firstLine(text)}`)
  for (const text of unrelated) say(`       ${firstLine(text)}`)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

/** Reports a fault once each kind of trial that concerns it has been made. */
function finish(outcome: Outcome): void {
  const { fault } = outcome
  const made = [...(halfDone.get(fault) ?? []), outcome]
  halfDone.set(fault, made)
  if (made.length < [observed, measured].filter((trials) => trials.concerns(fault)).length) return
  const checks = observed.expectedOf(fault).size + measured.expectedOf(fault).size
  const whole: Outcome = {
    fault,
    survived: [...(checks === 0 ? ['no check names it'] : []), ...made.flatMap((each) => each.survived)],
    unrelated: made.flatMap((each) => each.unrelated),
  }
  outcomes.push(whole)
  report(`fault ${fault} (${checks} checks)`, [
    ...whole.survived.map((text) => `survived: ${text}`),
    ...whole.unrelated.map((text) => `unrelated: ${text}`),
  ])
}

function report(what: string, problems: readonly string[]): void {
  if (problems.length === 0) passed += 1
  else failed += 1
  say(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${what}`)
  for (const problem of problems) say(`       ${problem.split('\n').join('\n         ')}`)
}

/** Arms of a healthy run that are anything but passed, skipped or, for canaries, failed. */
function reds(seen: readonly SeenArm[]): string[] {
  const good = (role: string) => (role === 'canary' ? ['failed'] : ['passed', 'skipped'])
  return seen
    .filter(({ role, verdict }) => !good(role).includes(verdict))
    .map(({ id, verdict, message }) => `${id}: ${verdict}: ${message}`)
}
