import { existsSync } from 'node:fs'
import path from 'node:path'
import { mostSteps, nextStep, type Known, type Step } from '../../engine/bisect/search.ts'
import { readRun } from '../../reports/compare/readRun.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { leadFor } from '../../reports/statistics/sequential.ts'
import { type BisectHead, type BisectState, openState, type VersionVerdict } from './bisectState.ts'
import { judge, type Look } from './lookAt.ts'

/** Greatest probability that any verdict of a bisect is wrong for the flakiness of a check. */
const ERROR = 0.01

/** Of a check that has not settled by then nobody can tell. */
const MOST_OBSERVATIONS = 60

/** What a bisect does to the world; tests give their own. */
export interface World {
  /** Null when the version is there; else why it could not be brought. Throws Interrupted. */
  deploy(version: string): Promise<string | null>
  /** Runs the claim so many times and returns the folder of the run, or why there is none. Throws Interrupted. */
  run(version: string, repeat: number): Promise<{ readonly folder: string } | { readonly why: string }>
  say(line: string): void
}

/** Somebody wants it to stop: what is known is kept, and the next call goes on. */
export class Interrupted extends Error {
  override name = 'Interrupted'
  readonly exitCode = 130
}

export interface BisectEnd {
  readonly step: Exclude<Step, { next: string }>
  readonly verdicts: ReadonlyMap<string, VersionVerdict>
}

/** Finds the first version that breaks the claim; goes on where an interrupted one with the same arguments ended. */
export async function bisect(
  folder: string,
  head: Omit<BisectHead, 'event' | 'schemaVersion'>,
  rateOf: (key: string) => number,
  world: World,
): Promise<BisectEnd> {
  const state = openState(folder, { event: 'bisect', schemaVersion: 1, ...head })
  const error = ERROR / mostSteps(head.versions.length)
  for (const { version, verdict } of state.verdicts.values()) world.say(`${version}: ${verdict}, known from before`)
  for (;;) {
    const known = new Map([...state.verdicts].map(([version, { verdict }]): [string, Known] => [version, verdict]))
    const step = nextStep(head.versions, known)
    if (!('next' in step)) return { step, verdicts: state.verdicts }
    world.say(`${step.next}: deploying`)
    const verdict = await lookAt(step.next, state, folder, { error, rateOf, most: MOST_OBSERVATIONS }, world)
    state.add({ event: 'verdict', version: step.next, ...verdict })
    world.say(`${step.next}: ${verdict.verdict}: ${verdict.why}`)
  }
}

async function lookAt(
  version: string,
  state: BisectState,
  folder: string,
  certainty: Parameters<typeof judge>[2],
  world: World,
): Promise<Pick<VersionVerdict, 'verdict' | 'why' | 'runs'>> {
  const runs = state.runsOf(version).filter((run) => existsSync(path.join(folder, run, 'run.json')))
  const why = await world.deploy(version)
  if (why !== null) return { verdict: 'skip', why, runs }
  // The default is what the first check needs when it says the same every time.
  let look: Look = runs.length > 0 ? judged(runs) : { more: leadFor(certainty.rateOf(''), certainty.error) ?? 1 }
  while ('more' in look) {
    const run = await world.run(version, look.more)
    if ('why' in run) return { verdict: 'skip', why: run.why, runs }
    const name = path.relative(folder, run.folder)
    state.add({ event: 'run', version, folder: name })
    runs.push(name)
    look = judged(runs)
  }
  return { ...look, runs }

  function judged(names: readonly string[]): Look {
    const records: RunRecord[] = names.map((name) => readRun(path.join(folder, name)))
    return judge(records, version, certainty)
  }
}
