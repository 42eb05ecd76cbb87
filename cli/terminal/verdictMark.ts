import pc from 'picocolors'
import type { Role, Verdict } from '../../reports/record/verdict.ts'

type Colours = ReturnType<typeof pc.createColors>

const paint: Readonly<Record<Verdict, (colours: Colours) => (text: string) => string>> = {
  passed: (colours) => colours.green,
  failed: (colours) => colours.red,
  broken: (colours) => colours.magenta,
  environment: (colours) => colours.yellow,
  skipped: (colours) => colours.dim,
  known: (colours) => colours.yellow,
}

/** The verdict as a word in its colour. A canary that failed did what it must. */
export function verdictMark(verdict: Verdict, role: Role, colours: Colours): string {
  if (role === 'canary' && verdict === 'failed') return colours.green('failed as it must')
  if (role === 'canary' && verdict === 'passed') return colours.red('PASSED, and must not')
  return paint[verdict](colours)(verdict)
}

/** Colours unless NO_COLOR, a pipe or a dumb terminal says otherwise. */
export const coloursFor = (stream: NodeJS.WriteStream): Colours =>
  pc.createColors(
    process.env.NO_COLOR
      ? false
      : process.env.FORCE_COLOR
        ? true
        : Boolean(stream.isTTY) && process.env.TERM !== 'dumb',
  )
