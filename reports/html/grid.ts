import type { Choice } from './choice.ts'
import { type ChangeData, type ClaimData, type Letter, type PageData, verdictOfLetter, worstFirst } from './pageData.ts'

/** A behaviour on one RuntimeClass. */
export interface Cell {
  /** `KATA-MEM-005 kata-qemu`: its name in the address. */
  readonly key: string
  readonly claim: ClaimData
  readonly column: string
  /** Places of its arms in the data, of every run. */
  readonly arms: readonly number[]
  /** What it came to in each run; a space where it is absent. */
  readonly letters: string
  /** Of a history: messages of the letters that are no `p` and no space. */
  readonly messages: readonly string[]
  readonly change: ChangeData | null
  /** Why the claim is not about this column. */
  readonly notApplicable: string | null
}

export interface Row {
  readonly claim: ClaimData
  readonly cells: readonly (Cell | null)[]
  /** What the search looks in, in small letters. */
  readonly text: string
}

/** All rows, in the order of the catalogue. */
export function rowsOf(data: PageData): Row[] {
  const width = data.columns.length
  const arms = gathered(data, width)
  const strips = new Map(data.strips.map((strip) => [strip[0] * width + strip[1], strip]))
  const changes = new Map(data.changes.map((change) => [change.claim * width + change.column, change]))
  return data.claims.map((claim, place) => {
    const reasons = new Map(claim.notApplicable.map(({ subject, reason }) => [subject, reason]))
    const cells = data.columns.map((column, at): Cell | null => {
      const here = place * width + at
      const [, , letters, messages = []] = strips.get(here) ?? []
      const own = arms.get(here) ?? []
      const notApplicable = reasons.get(column) ?? null
      if (own.length === 0 && letters === undefined && notApplicable === null) return null
      return {
        ...{ key: `${claim.id} ${column}`, claim, column, arms: own, notApplicable },
        letters: letters ?? data.runs.map((_, run) => worstOf(data, own, run)).join(''),
        messages: messages.map((text) => data.texts[text] ?? ''),
        change: changes.get(here) ?? null,
      }
    })
    const said = cells.flatMap((cell) => (cell ? cell.arms.map((arm) => data.texts[data.arms[arm]?.[13] ?? -1]) : []))
    return { claim, cells, text: [claim.id, claim.title, claim.statement, ...said].join(' ').toLowerCase() }
  })
}

function gathered({ arms }: PageData, width: number): Map<number, number[]> {
  const found = new Map<number, number[]>()
  arms.forEach(([, claim, column], place) => {
    const here = claim * width + column
    const known = found.get(here)
    if (known) known.push(place)
    else found.set(here, [place])
  })
  return found
}

/** Of a canary that failed as it must: passed. */
function worstOf({ arms }: PageData, places: readonly number[], run: number): string {
  const letters = places.flatMap((place): Letter[] => {
    const arm = arms[place]
    if (!arm || arm[0] !== run) return []
    if (arm[5] !== CANARY) return [arm[4]]
    return [arm[4] === 'f' ? 'p' : arm[4] === 'p' ? 'f' : arm[4]]
  })
  return worstFirst.find((letter) => letters.includes(letter)) ?? ' '
}

const CANARY = 2

/** What a cell is now: in the last run, or, where that has nothing, in the last that has. */
export const nowOf = ({ letters }: Pick<Cell, 'letters'>): Letter | null => {
  const [letter] = letters.trimEnd().slice(-1)
  return letter === undefined ? null : (letter as Letter)
}

/** Not the same in all runs. Skipped and absent are the same here: neither was observed. That a value is another one is seen where the cell opens. */
export const differs = ({ letters, change }: Pick<Cell, 'letters' | 'change'>): boolean =>
  (change !== null && change.kind !== 'changed-value') || new Set(letters.replaceAll(/[ s]/g, '')).size > 1

export function cellFits(cell: Cell, choice: Choice): boolean {
  const now = nowOf(cell)
  if (choice.runtimeClass !== '' && cell.column !== choice.runtimeClass) return false
  if (choice.changed && !differs(cell)) return false
  return choice.verdicts.length === 0 || (now !== null && choice.verdicts.includes(verdictOfLetter[now]))
}

export interface Shown {
  readonly rows: readonly Row[]
  /** Places of the columns that are shown. */
  readonly columns: readonly number[]
  readonly fitting: number
  readonly all: number
}

/** Rows that have a fitting cell. */
export function shownOf(rows: readonly Row[], data: PageData, choice: Choice): Shown {
  const text = choice.text.toLowerCase()
  const columns = data.columns.flatMap((name, place) =>
    choice.runtimeClass === '' || name === choice.runtimeClass ? [place] : [],
  )
  let fitting = 0
  const counted = (cell: Cell | null): cell is Cell => cell !== null && cell.letters.trim() !== ''
  const shown = rows.filter((row) => {
    if (choice.chapter !== '' && row.claim.chapter !== choice.chapter) return false
    if (choice.level !== '' && row.claim.level !== choice.level) return false
    if (!row.text.includes(text)) return false
    const cells = row.cells.filter((cell) => cell !== null && cellFits(cell, choice))
    fitting += cells.filter(counted).length
    return cells.length > 0
  })
  const all = rows.reduce((sum, { cells }) => sum + cells.filter(counted).length, 0)
  return { rows: shown, columns, fitting, all }
}
