import { unescape } from '../shell/wordReader.ts'

/** What echo prints for its arguments: -n, -e, -E as in busybox. */
export function echoText(args: string[]): string {
  let newline = true
  let escapes = false
  let at = 0
  for (; /^-[neE]+$/.test(args[at] ?? ''); at++) {
    for (const letter of (args[at] as string).slice(1)) {
      if (letter === 'n') newline = false
      else escapes = letter === 'e'
    }
  }
  const text = args.slice(at).join(' ')
  if (!escapes) return text + (newline ? '\n' : '')
  const stop = text.indexOf('\\c')
  return stop >= 0 ? unescape(text.slice(0, stop)) : unescape(text) + (newline ? '\n' : '')
}
