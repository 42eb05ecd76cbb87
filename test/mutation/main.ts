import { parseArgs } from 'node:util'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { listedFaults, type ListedFault } from '../../sim/faults/listedFaults.ts'
import { compare, type Expected, type Outcome } from './compare.ts'
import { unknownFault } from '../../sim/faults/faultDepartures.ts'
import { Workers } from './workers.ts'

// `npm run mutation [-- --json] [-- --fault NAME]`: every fault against every check. A fault is killed when exactly the checks
// that name it turn red, with the message that they announce, and nothing else changes.

const SCENARIO = 'small'
/** Claims about a class are tried on one of each hypervisor's kind; the healthy runs below try every class. */
const CLASSES = ['kata-qemu', 'kata-qemu-minimal', 'kata-clh']
/** Releases of Kata whose healthy cluster must be all green: every class of the guide's release and of the newest, of the others one of each shim. */
const releases = ['3.25.0', '3.26.0', '3.27.0', '3.28.0', '3.29.0', '3.30.0', '3.31.0', '3.32.0', '4.0.0', '4.1.0']
const wholeReleases = ['3.26.0', '4.1.0']

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, count: { type: 'boolean' }, fault: { type: 'string', multiple: true } },
})
const say = (text: string) => void (values.json ? process.stderr : process.stdout).write(`${text}\n`)

const faults = new Map(listedFaults().map((fault) => [fault.name, fault]))
const chosen = (values.fault ?? [...faults.keys()]).map((name): ListedFault => {
  const fault = faults.get(name)
  if (fault) return fault
  process.stderr.write(`${unknownFault(name)}\n`)
  process.exit(2)
})
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
/** Figures need time that flows: with jumps, how busy the real machine is would show in them. */
const MEASURING_SPEED = 50

type Place = Pick<ListedFault, 'scenario' | 'kataVersion'>
const healthyRuns = new Map<string, Promise<RunRecord>>()
const workers = new Workers()
let failed = 0
let passed = 0
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
  const healthyQuiet = await workers.run({ scenario: SCENARIO, faults: [], options: quiet, speed: MEASURING_SPEED })
  report(`healthy ${SCENARIO}, measuring`, reds(healthyQuiet))
  await Promise.all(
    chosen.map(async ({ name: fault, departure: _, ...place }) => {
      const expected = expectedOf(fault)
      const run = (options: object, speed = Infinity) =>
        workers.run({
          scenario: SCENARIO,
          ...place,
          faults: [fault],
          options,
          speed,
          select: { per: 'check', all: [...expected.keys()] },
        })
      const healthy = await healthyIn(place)
      const outcome = compare(fault, observing(expected), healthy, await run(classesIn(place)))
      const figures =
        measured(expected).size > 0
          ? compare(fault, measured(expected), healthyQuiet, await run(quiet, MEASURING_SPEED))
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
    }),
  )
} finally {
  workers.close()
}

const survived = outcomes.filter((outcome) => outcome.survived.length > 0 || expectedOf(outcome.fault).size === 0)
const unrelated = outcomes.flatMap((outcome) => outcome.unrelated.map((text) => `${outcome.fault}: ${text}`))
const killed = outcomes.length - survived.length
say(`killed ${killed}/${outcomes.length}, unrelated changes ${unrelated.length}`)
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ faults: outcomes.length, killed, survived: survived.map(({ fault }) => fault), unrelated }, null, 2)}\n`,
  )
}
if (values.count) say(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)

/** The healthy run that the faults of a place are held against; made once. */
function healthyIn({ scenario = SCENARIO, kataVersion }: Place): Promise<RunRecord> {
  const key = [scenario, kataVersion].filter((part) => part !== undefined).join(' with Kata ')
  const known = healthyRuns.get(key)
  if (known) return known
  const version = kataVersion === undefined ? {} : { kataVersion }
  const made = workers.run({ scenario, ...version, faults: [], options: classesIn({ scenario }) }).then((record) => {
    report(`healthy ${key}`, reds(record))
    return record
  })
  healthyRuns.set(key, made)
  return made
}

/** Of other scenarios than the usual one all classes are looked at: they are there for their classes or nodes. */
function classesIn({ scenario = SCENARIO }: Place): object {
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
