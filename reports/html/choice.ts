import type { Verdict } from '../record/verdict.ts'
import { verdictOfLetter } from './pageData.ts'

const verdicts = Object.values(verdictOfLetter)

/** What the reader has chosen to see. It stands in the address behind `#?`, so that it can be sent to somebody. */
export interface Choice {
  readonly text: string
  /** Verdicts to show; all when it is empty. */
  readonly verdicts: readonly Verdict[]
  /** A column of the matrix, a chapter, a level; empty for all. */
  readonly runtimeClass: string
  readonly chapter: string
  readonly level: string
  /** Only what differs between the runs. */
  readonly changed: boolean
  /** The opened cell: `KATA-MEM-005 kata-qemu`. */
  readonly cell: string
}

export const everything: Choice = {
  ...{ text: '', verdicts: [], runtimeClass: '', chapter: '', level: '', changed: false, cell: '' },
}

const names = { text: 'text', runtimeClass: 'class', chapter: 'chapter', level: 'level', cell: 'cell' } as const

/** @param hash of the address; null when it is a place on the page and no choice */
export function choiceOf(hash: string): Choice | null {
  if (hash !== '' && hash !== '#' && !hash.startsWith('#?')) return null
  const address = new URLSearchParams(hash.slice(2))
  const of = (key: keyof typeof names) => address.get(names[key]) ?? ''
  const wanted = (address.get('verdict') ?? '').split(',')
  return {
    ...{ text: of('text'), runtimeClass: of('runtimeClass'), chapter: of('chapter'), level: of('level') },
    cell: of('cell'),
    verdicts: verdicts.filter((verdict) => wanted.includes(verdict)),
    changed: address.get('changed') === 'yes',
  }
}

export function addressOf(choice: Choice): string {
  const address = new URLSearchParams()
  for (const [key, name] of Object.entries(names) as [keyof typeof names, string][])
    if (choice[key] !== '') address.set(name, choice[key])
  if (choice.verdicts.length > 0) address.set('verdict', choice.verdicts.join(','))
  if (choice.changed) address.set('changed', 'yes')
  const text = address.toString()
  return text === '' ? '#' : `#?${text}`
}
