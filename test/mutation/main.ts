import { parseArgs } from 'node:util'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { listedFaults, type ListedFault } from '../../sim/faults/listedFaults.ts'
import { compare, type Expected, type Outcome } from './compare.ts'
import type { SimulatedRun } from './simulatedRun.ts'
import { unknownFault } from '../../sim/faults/faultDepartures.ts'
import { finishMatrix } from './matrixPage.ts'
import { OutOfTimeError, Workers } from './workers.ts'

// `npm run mutation [-- --json] [-- --fault NAME]`: every fault against every check. A fault is killed when exactly the checks
// that name it turn red, with the message that they announce, and nothing else changes.

const SCENARIO = 'small'
/** Claims about a class are tried on one of each hypervisor's kind; the healthy runs below try every class. */
const CLASSES = ['kata-qemu', 'kata-qemu-minimal', 'kata-clh']
/** Releases of Kata whose healthy cluster must be all green: every class of the guide's release and of the newest, of the others one of each shim. */
const releases = ['3.25.0', '3.26.0', '3.27.0', '3.28.0', '3.29.0', '3.30.0', '3.31.0', '3.32.0', '4.0.0', '4.1.0']
const wholeReleases = ['3.26.0', '4.1.0']

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    count: { type: 'boolean' },
    fault: { type: 'string', multiple: true },
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
/** Every day others are the last, whom the deadline meets. */
const first = values.deadline === undefined ? 0 : (Math.floor(Date.now() / 86_400_000) * 100) % chosen.length
const inTurn = [...chosen.slice(first), ...chosen.slice(0, first)]
const registered = await loadSpecs()
const expectedOf = (fault: string) =>
  new Map(
    registered.flatMap(({ id, definition }) =>
      fault in definition.killedBy ? [[id, definition.killedBy[fault] ?? '']] : [],
    ),
  )

/** Checks that measure performance run alone, on quiet nodes, and only where a fault concerns them. */
const catalog = loadCatalog()
const measuring = registered
  .map(({ id }) => id)
  .filter((id) => catalog.claims.get(id)?.needs.includes('perf-quiet-node'))
const observing = (expected: Expected): Expected => new Map([...expected].filter(([id]) => !measuring.includes(id)))
const measured = (expected: Expected): Expected => new Map([...expected].filter(([id]) => measuring.includes(id)))
const quiet = { quietNodes: true, maxArms: 1, behaviours: measuring, classes: CLASSES }
/** Figures of BENCH take dozens of sandboxes each, and are not judged: of each one arm is run, and under a fault those that name it. */
const inBlocks = (id: string): boolean => id.startsWith('KATA-BENCH-')
const judged = measuring.filter((id) => !inBlocks(id))
/** Figures need time that flows: with jumps, how busy the real machine is would show in them. */
const MEASURING_SPEED = 50

type Place = Pick<ListedFault, 'scenario' | 'kataVersion' | 'classes'>
const healthyRuns = new Map<string, Promise<RunRecord>>()
const workers = new Workers()
const deadline = values.deadline === undefined ? Infinity : Number(values.deadline) * 1000
let failed = 0
let passed = 0
let skipped = 0
const outcomes: Outcome[] = []
try {
  await healthyIn({})
  if (values.fault === undefined) {
    await Promise.all(
      releases.map(async (kataVersion) => {
        report(
          `healthy with Kata ${kataVersion}`,
          reds(
            await workers.run({
              scenario: 'documented',
              kataVersion,
              faults: [],
              ...(wholeReleases.includes(kataVersion) ? {} : { select: { per: 'shim', all: [] } }),
            }),
          ),
        )
      }),
    )
  }
  const healthyQuiet = await quietRun({ all: judged })
  report(`healthy ${SCENARIO}, measuring`, reds(healthyQuiet))
  await Promise.all(
    inTurn.map(async (fault) => {
      try {
        await tryFault(fault, healthyQuiet)
      } catch (error) {
        if (!(error instanceof OutOfTimeError)) throw error
        skipped += 1
        say(`skip fault ${fault.name}: no time left`)
      }
    }),
  )
} finally {
  workers.close()
}

if (values.fault === undefined && skipped === 0) say(await finishMatrix(chosen, registered, outcomes))

const survived = outcomes.filter((outcome) => outcome.survived.length > 0 || expectedOf(outcome.fault).size === 0)
const unrelated = outcomes.flatMap((outcome) => outcome.unrelated.map((text) => `${outcome.fault}: ${text}`))
const killed = outcomes.length - survived.length
say(`killed ${killed}/${outcomes.length}, unrelated changes ${unrelated.length}`)
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ faults: outcomes.length, killed, survived: survived.map(({ fault }) => fault), unrelated }, null, 2)}\n`,
  )
}
if (values.count) say(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(failed > 0 ? 1 : 0)

/** Runs every check under a fault, and holds what changes against what names it. Throws OutOfTimeError. */
async function tryFault({ name: fault, departure: _, ...place }: ListedFault, healthyQuiet: RunRecord): Promise<void> {
  const expected = expectedOf(fault)
  const { classes: _classes, stops, ...cluster } = place
  const run = (options: object) =>
    workers.run(
      {
        scenario: SCENARIO,
        ...cluster,
        faults: [fault],
        options,
        select: { per: 'check', all: [...expected.keys()] },
      },
      deadline,
    )
  const healthy = await healthyIn(place)
  const outcome = compare(fault, observing(expected), healthy, await run(classesIn(place)), stops)
  const under = { ...cluster, ...quietUnder(measured(expected), place.classes) }
  const figures =
    measured(expected).size > 0
      ? compare(
          fault,
          measured(expected),
          place.classes === undefined ? healthyQuiet : await quietRun(quietUnder(measured(expected), place.classes)),
          await quietRun({ ...under, faults: [fault] }),
        )
      : null
  const whole: Outcome = {
    fault,
    survived: [...outcome.survived, ...(figures?.survived ?? [])],
    unrelated: [...outcome.unrelated, ...(figures?.unrelated ?? [])],
  }
  outcomes.push(whole)
  const unused = expected.size === 0 ? ['no check names it'] : []
  report(`fault ${fault} (${expected.size} checks)`, [
    ...unused,
    ...whole.survived.map((text) => `survived: ${text}`),
    ...whole.unrelated.map((text) => `unrelated: ${text}`),
  ])
}

/** The healthy run that the faults of a place are held against; made once. */
function healthyIn(place: Place): Promise<RunRecord> {
  const { scenario = SCENARIO, kataVersion, classes } = place
  const key = [
    [scenario, kataVersion].filter((part) => part !== undefined).join(' with Kata '),
    ...(classes === undefined ? [] : [classes.join(' ')]),
  ].join(', ')
  const known = healthyRuns.get(key)
  if (known) return known
  const version = kataVersion === undefined ? {} : { kataVersion }
  const made = workers.run({ scenario, ...version, faults: [], options: classesIn(place) }).then((record) => {
    report(`healthy ${key}`, reds(record))
    return record
  })
  healthyRuns.set(key, made)
  return made
}

/** Measuring, each check of BENCH by one arm. @param all checks of which every arm is run */
function quietRun({
  all,
  options = {},
  ...run
}: Partial<SimulatedRun> & { readonly all: readonly string[] }): Promise<RunRecord> {
  return workers.run({
    scenario: SCENARIO,
    faults: [],
    ...run,
    options: { ...quiet, ...options },
    speed: MEASURING_SPEED,
    select: { per: 'check', all },
  })
}

/** What measures under a fault: everything that is judged, and of BENCH what names the fault. */
function quietUnder(expected: Expected, classes: readonly string[] = CLASSES) {
  const behaviours = measuring.filter((id) => expected.has(id) || !inBlocks(id))
  return { all: [...expected.keys()].filter((id) => !inBlocks(id)), options: { behaviours, classes } }
}

/** Of other scenarios than the usual one all classes are looked at: they are there for their classes or nodes. */
function classesIn({ scenario = SCENARIO, classes }: Place): object {
  if (classes !== undefined) return { classes }
  return scenario === SCENARIO ? { classes: CLASSES } : {}
}

function report(what: string, problems: readonly string[]): void {
  if (problems.length === 0) passed += 1
  else failed += 1
  say(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${what}`)
  for (const problem of problems) say(`       ${problem.split('\n').join('\n         ')}`)
}

/** Arms of a healthy run that are anything but passed, skipped or, for canaries, failed. */
function reds(record: RunRecord): string[] {
  const good = (role: string) => (role === 'canary' ? ['failed'] : ['passed', 'skipped'])
  return record.arms
    .filter(({ role, verdict }) => !good(role).includes(verdict))
    .map(({ id, verdict, message }) => `${id}: ${verdict}: ${message}`)
}
