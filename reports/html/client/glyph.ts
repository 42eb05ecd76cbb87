import { type Letter, verdictOfLetter } from '../pageData.ts'

/** What a cell shows of a verdict: a mark that differs in form, for those who do not see the colours. */
export const glyphs: Readonly<Record<Letter, string>> = { p: '✓', f: '✗', b: '!', e: '≈', s: '–', k: 'k' }

/** Colours of the style sheet, which has two sets of them. */
export const colourOf: Readonly<Record<string, string>> = {
  ...{ p: 'var(--ok)', f: 'var(--bad)', b: 'var(--odd)', e: 'var(--warn)', k: 'var(--warn)', s: 'var(--line)' },
  ' ': 'transparent',
}

export const wordOf = (letter: string | undefined): string =>
  letter === undefined || letter === ' ' ? 'absent' : verdictOfLetter[letter as Letter]
