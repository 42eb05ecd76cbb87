import * as Plot from '@observablehq/plot'
import type { FigureData, PageData } from '../pageData.ts'
import { medianOf, validOf } from '../quantiles.ts'
import { fitted, roomFor, style } from './plotStyle.ts'

/** One metric over the runs: a band for each RuntimeClass, the versions of Kata marked where they change. */
export function trend({ runs }: PageData, figures: readonly FigureData[], width: number): SVGSVGElement | HTMLElement {
  const names = [...new Set(figures.map(({ series }) => series))]
  const room = roomFor(names, width)
  const dots = figures.flatMap(({ series, run, samples }) => samples.map(([, value]) => ({ series, run, value })))
  const medians = figures
    .flatMap((figure) => {
      const valid = validOf(figure)
      return valid.length === 0 ? [] : [{ series: figure.series, run: figure.run, value: medianOf(valid) }]
    })
    .sort((a, b) => a.run - b.run)
  const versions = runs.flatMap(({ kata }, run) =>
    run === 0 || kata !== runs[run - 1]?.kata ? [{ run, kata: `Kata ${kata ?? '?'}` }] : [],
  )
  return Plot.plot({
    width,
    height: 90 + 76 * names.length,
    marginLeft: room,
    marginRight: 45,
    marginTop: 30,
    marginBottom: 40,
    x: {
      domain: [-0.5, runs.length - 0.5],
      ticks: Math.min(runs.length, 20),
      tickFormat: (run: number) => String(run + 1),
      label: 'run, the oldest first',
    },
    y: { axis: 'right', ticks: 3, label: null, grid: true, nice: true },
    fy: { domain: names, axis: null, padding: 0.12 },
    style,
    marks: [
      Plot.frame({ stroke: 'var(--line)' }),
      Plot.ruleX(versions, { x: 'run', dx: -1, stroke: 'currentColor', strokeDasharray: '2 3', strokeOpacity: 0.7 }),
      Plot.text(versions, {
        x: 'run',
        text: 'kata',
        fy: () => names[0],
        frameAnchor: 'top',
        dy: -14,
        textAnchor: 'start',
      }),
      Plot.text(
        names.map((series) => ({ series, short: fitted(series, room) })),
        {
          ...{ fy: 'series', text: 'short', frameAnchor: 'left', dx: -8, textAnchor: 'end' },
        },
      ),
      Plot.dot(dots, { x: 'run', y: 'value', fy: 'series', r: 1.5, fill: 'var(--series-1)', fillOpacity: 0.45 }),
      Plot.line(medians, {
        x: 'run',
        y: 'value',
        fy: 'series',
        z: 'series',
        stroke: 'var(--series-2)',
        strokeWidth: 2,
      }),
    ],
  })
}
