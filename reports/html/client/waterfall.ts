import * as Plot from '@observablehq/plot'
import type { PageData } from '../pageData.ts'
import { medianOf, validOf } from '../quantiles.ts'
import { fitted, roomFor, seriesColours, style } from './plotStyle.ts'

export interface Phase {
  readonly series: string
  readonly run: number
  readonly phase: string
  /** Seconds since the pod was created. */
  readonly from: number
  readonly to: number
}

const phases = [
  ['sandbox', 'cold-start-sandbox'],
  ['containers', 'cold-start-ready'],
] as const
const watched = 'seen Ready by the watch'

/** Medians of the phases of a start, for whatever was measured in phases. docs/figures.md names the metrics. */
export function phasesOf({ figures }: PageData): Phase[] {
  const medians = new Map(
    figures.map((figure) => [`${figure.run} ${figure.series} ${figure.metric}`, medianOf(validOf(figure))]),
  )
  const measured = figures.filter(({ metric }) => metric === 'cold-start-sandbox')
  return measured.flatMap(({ series, run }) => {
    let from = 0
    const spans = phases.flatMap(([phase, metric]): Phase[] => {
      const to = medians.get(`${run} ${series} ${metric}`)
      if (to === undefined || Number.isNaN(to)) return []
      const span = { series, run, phase, from, to: Math.max(from, to) }
      from = span.to
      return [span]
    })
    const seen = medians.get(`${run} ${series} cold-start`)
    return seen === undefined || Number.isNaN(seen)
      ? spans
      : [...spans, { series, run, phase: watched, from: 0, to: seen }]
  })
}

export function waterfall(data: PageData, width: number): SVGSVGElement | HTMLElement {
  const all = phasesOf(data).map((phase) => ({
    ...phase,
    line: `${data.runs.length > 1 ? (phase.run === 0 ? 'before: ' : 'after: ') : ''}${phase.series}`,
  }))
  const lines = [...new Set(all.map(({ line }) => line))].sort((a, b) =>
    nameOf(a).localeCompare(nameOf(b), 'en', { numeric: true }),
  )
  const room = roomFor(lines, width)
  return Plot.plot({
    width,
    height: 95 + 26 * lines.length,
    marginLeft: room,
    marginRight: 20,
    marginBottom: 45,
    x: { label: 's since the pod was created', labelOffset: 40, grid: true, zero: true },
    y: { domain: lines, label: null, tickSize: 0, tickFormat: (line: string) => fitted(line, room) },
    color: { domain: phases.map(([phase]) => phase), range: seriesColours.slice(0, 2), legend: true },
    style,
    marks: [
      Plot.barX(
        all.filter(({ phase }) => phase !== watched),
        { x1: 'from', x2: 'to', y: 'line', fill: 'phase', insetTop: 3, insetBottom: 3 },
      ),
      Plot.tickX(
        all.filter(({ phase }) => phase === watched),
        { x: 'to', y: 'line', stroke: 'currentColor', strokeWidth: 2 },
      ),
    ],
  })
}

const nameOf = (line: string): string => line.replace(/^(before|after): /, '')
