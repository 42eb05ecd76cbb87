import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../reports/atomicFile.ts'
import { UsageError } from '../usageError.ts'

/** What is looked for. Another one is another bisect. */
export const BisectHead = z.strictObject({
  event: z.literal('bisect'),
  schemaVersion: z.literal(1),
  claim: z.string(),
  classes: z.array(z.string()),
  versions: z.array(z.string()),
  deploy: z.array(z.string()),
})
export type BisectHead = z.infer<typeof BisectHead>

const BisectEvent = z.discriminatedUnion('event', [
  BisectHead,
  /** A run of the claim on this version has ended. */
  z.strictObject({ event: z.literal('run'), version: z.string(), folder: z.string() }),
  z.strictObject({
    event: z.literal('verdict'),
    version: z.string(),
    verdict: z.enum(['good', 'bad', 'skip']),
    why: z.string(),
    runs: z.array(z.string()),
  }),
])
export type BisectEvent = z.infer<typeof BisectEvent>
export type VersionVerdict = Omit<Extract<BisectEvent, { event: 'verdict' }>, 'event'>

/** The journal of a bisect: what is known so far, also after an interruption. */
export interface BisectState {
  /** By version. */
  readonly verdicts: ReadonlyMap<string, VersionVerdict>
  /** Folders of runs of a version that has no verdict yet. */
  runsOf(version: string): readonly string[]
  add(event: BisectEvent): void
}

/** Goes on where the folder's journal ends, or begins one. Throws UsageError when the journal is of another bisect, or is none. */
export function openState(folder: string, head: BisectHead): BisectState {
  const file = path.join(folder, 'bisect.ndjson')
  const events = existsSync(file) ? readEvents(file) : []
  const [begun] = events
  if (begun && JSON.stringify(begun) !== JSON.stringify(head))
    throw new UsageError(
      `${file} is of another bisect: ${differences(begun, head)}; give another --out, or the arguments that it began with`,
    )
  const verdicts = new Map<string, VersionVerdict>()
  const runs = new Map<string, string[]>()
  const take = (event: BisectEvent): void => {
    if (event.event === 'run') runs.set(event.version, [...(runs.get(event.version) ?? []), event.folder])
    if (event.event === 'verdict') verdicts.set(event.version, event)
  }
  events.forEach(take)
  const add = (event: BisectEvent): void => {
    mkdirSync(folder, { recursive: true })
    appendFileSync(file, `${JSON.stringify(event)}\n`)
    take(event)
  }
  if (!begun) add(head)
  return { verdicts, runsOf: (version) => runs.get(version) ?? [], add }
}

/** A last line that was cut short by the end of the process is taken out of the file: the next event begins a line. */
function readEvents(file: string): BisectEvent[] {
  const text = readFileSync(file, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) writeAtomically(file, whole)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      try {
        return BisectEvent.parse(JSON.parse(line))
      } catch {
        throw new UsageError(`${file}:${index + 1}: no event of a bisect; give another --out, or remove the folder`)
      }
    })
}

const differences = (begun: BisectEvent, head: BisectHead): string =>
  begun.event !== 'bisect'
    ? 'it does not begin with its arguments'
    : (['claim', 'classes', 'versions', 'deploy'] as const)
        .filter((key) => JSON.stringify(begun[key]) !== JSON.stringify(head[key]))
        .map((key) => `${key} ${[begun[key]].flat().join(' ') || 'all'}`)
        .join(', ')
