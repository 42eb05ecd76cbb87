/** Charts take the page's colours, of the dark as of the light sheet. */
export const style = { background: 'transparent', fontSize: '12px', overflow: 'visible' }

export const seriesColours = ['var(--series-1)', 'var(--series-2)', 'var(--series-3)', 'var(--series-4)'] as const

/** Room for the names on the left: as long as they are, and at most a third of the width. A letter of 12 px is 7 px wide. */
export const roomFor = (names: readonly string[], width: number): number =>
  Math.min(Math.max(40, ...names.map((name) => name.length * 7 + 12)), Math.round(width * 0.4))

/** A name in the room that it has. */
export function fitted(name: string, room: number): string {
  const letters = Math.floor((room - 12) / 7)
  return name.length <= letters ? name : `${name.slice(0, letters - 1)}…`
}
