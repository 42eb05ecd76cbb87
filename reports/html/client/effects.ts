import * as Plot from '@observablehq/plot'
import type { PageData } from '../pageData.ts'
import { fitted, roomFor, style } from './plotStyle.ts'

/** The change of each figure with its interval, about a line where nothing changes. */
export function effects({ effects: all }: PageData, width: number): SVGSVGElement | HTMLElement {
  const figures = all.map(({ figure }) => figure)
  const room = roomFor(figures, width)
  const colour = ({ weight }: { weight: string | null }) =>
    weight === 'blocks' ? 'var(--bad)' : weight === 'open' ? 'var(--odd)' : 'var(--series-1)'
  return Plot.plot({
    width,
    height: 60 + 20 * figures.length,
    marginLeft: room,
    marginRight: 20,
    x: { label: 'change, %', grid: true, transform: (part: number) => part * 100 },
    y: { domain: figures, label: null, tickSize: 0, tickFormat: (figure: string) => fitted(figure, room) },
    style,
    marks: [
      Plot.ruleX([0]),
      Plot.ruleY(all, { y: 'figure', x1: 'low', x2: 'high', stroke: colour, strokeWidth: 2 }),
      Plot.dot(all, { x: 'change', y: 'figure', fill: colour, r: 3.5 }),
    ],
  })
}
