import { readFileSync } from 'node:fs'
import { JournalError } from './foldJournal.ts'
import type { ObjectRecord } from './journal.ts'
import {
  type ClusterState,
  type NodeRollout,
  type Remark,
  type Testimony,
  UpgradeEvent,
  type Witness,
} from './upgradeJournal.ts'

type Started = Extract<UpgradeEvent, { event: 'upgrade.started' }>
type Ended = Extract<UpgradeEvent, { event: 'command.ended' }>

/** How far an upgrade came, and what was seen. Null: not yet. */
export interface UpgradeRecord {
  readonly started: Started
  readonly resumed: number
  readonly before: string | null
  readonly stateBefore: ClusterState | null
  readonly stateAfter: ClusterState | null
  readonly target: string | null
  readonly remarks: readonly Remark[] | null
  readonly expectedOverhead: Readonly<Record<string, Readonly<Record<string, string>> | null>>
  readonly witnesses: readonly Witness[]
  readonly witnessesMade: boolean
  readonly leftOut: readonly { readonly kind: string; readonly why: string }[]
  readonly commandStartedAt: string | null
  readonly commandEnded: Ended | null
  readonly rollout: readonly NodeRollout[] | null
  readonly testimonies: readonly Testimony[]
  readonly judged: boolean
  readonly after: string | null
  readonly notes: readonly string[]
  /** Objects that were made and are not known to be gone. */
  readonly objects: readonly ObjectRecord[]
  readonly cleaned: boolean
}

/** @throws JournalError when the events do not begin with the beginning. */
export function foldUpgrade(events: readonly UpgradeEvent[]): UpgradeRecord {
  const [started] = events
  if (started?.event !== 'upgrade.started') throw new JournalError('the journal has no beginning; it is of no upgrade')
  const all = <E extends UpgradeEvent['event']>(name: E) =>
    events.filter((each): each is Extract<UpgradeEvent, { event: E }> => each.event === name)
  const last = <E extends UpgradeEvent['event']>(name: E) => all(name).at(-1) ?? null
  const state = (when: 'before' | 'after') => all('state').findLast((each) => each.when === when)?.state ?? null
  const gone = new Set(all('object.deleted').map(({ object }) => object.uid))
  return {
    started,
    resumed: all('resumed').length,
    before: last('before')?.run ?? null,
    stateBefore: state('before'),
    stateAfter: state('after'),
    target: last('preflight')?.target ?? null,
    remarks: last('preflight')?.remarks ?? null,
    expectedOverhead: last('preflight')?.expectedOverhead ?? {},
    witnesses: [...new Map(all('witness').map(({ witness }) => [witness.name, witness])).values()],
    witnessesMade: last('witnesses.made') !== null,
    leftOut: all('left-out').map(({ kind, why }) => ({ kind, why })),
    commandStartedAt: last('command.started')?.at ?? null,
    commandEnded: last('command.ended'),
    rollout: last('rollout')?.nodes ?? null,
    testimonies: latest(all('testimony').map(({ testimony }) => testimony)),
    judged: last('witnesses.judged') !== null,
    after: last('after')?.run ?? null,
    notes: all('note').map(({ text }) => text),
    objects: all('object.created')
      .map(({ object }) => object)
      .filter(({ uid }) => !gone.has(uid)),
    cleaned: last('cleaned')?.left === 0,
  }
}

/** A resumed upgrade asks its witnesses again: what they said last counts. */
const latest = (said: readonly Testimony[]): Testimony[] => [
  ...new Map(said.map((each) => [`${each.witness} ${each.kind}`, each])).values(),
]

/** Events of upgrade.ndjson; a last line that was cut short is left out. @throws JournalError, and the file system's errors. */
export function readUpgrade(file: string): UpgradeEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index): UpgradeEvent[] => {
    if (line === '') return []
    try {
      return [UpgradeEvent.parse(JSON.parse(line))]
    } catch (error) {
      if (index === lines.length - 1) return []
      throw new JournalError(`${file}:${index + 1}: no event of an upgrade: ${(error as Error).message.split('\n')[0]}`)
    }
  })
}
