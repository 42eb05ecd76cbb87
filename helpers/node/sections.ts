/** Splits "== command" and what follows it. */
export const sectionsOf = (stdout: string): ReadonlyMap<string, string> =>
  new Map(
    Array.from(stdout.matchAll(/^== (.+)\n((?:(?!== ).*\n?)*)/gm), ([, command = '', text = '']) => [command, text]),
  )

export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
