import * as Plot from '@observablehq/plot'
import type { FigureData, PageData } from '../pageData.ts'
import { medianOf, validOf } from '../quantiles.ts'
import { fitted, roomFor, seriesColours, style } from './plotStyle.ts'

/** Every sample of one metric: a band for each RuntimeClass, blocks from top to bottom, two runs in two colours. */
export function distribution(
  { runs }: PageData,
  figures: readonly FigureData[],
  width: number,
): SVGSVGElement | HTMLElement {
  const names = [...new Set(figures.map(({ series }) => series))]
  const room = roomFor(names, width)
  const run = (figure: FigureData) =>
    `${runs.length > 1 ? (figure.run === 0 ? 'before: ' : 'after: ') : ''}${runs[figure.run]?.name}`
  const dots = figures.flatMap((figure) => {
    const last = Math.max(1, ...figure.samples.map(([block]) => block))
    return figure.samples.map(([block, value, rule]) => ({
      ...{ series: figure.series, run: run(figure), value, rule, block, height: 1 - (block + 0.5) / (last + 1) },
    }))
  })
  const medians = figures.flatMap((figure) => {
    const valid = validOf(figure)
    return valid.length === 0 ? [] : [{ series: figure.series, run: run(figure), value: medianOf(valid) }]
  })
  const guide = figures.flatMap(({ series, documented }) =>
    documented === null ? [] : [{ series, value: documented }],
  )
  // What a rule left out may lie far away: it is shown at the edge.
  const inside = [...figures.flatMap(validOf), ...guide.map(({ value }) => value)]
  const [low, high] = [Math.min(...inside), Math.max(...inside)]
  return Plot.plot({
    width,
    height: 60 + 56 * names.length,
    marginLeft: room,
    marginRight: 20,
    x: {
      domain: [low - (high - low || 1) * 0.05, high + (high - low || 1) * 0.05],
      clamp: true,
      label: figures[0]?.unit ?? null,
      grid: true,
    },
    y: { domain: [0, 1], axis: null },
    fy: { domain: names, axis: null, padding: 0.15 },
    color: { domain: [...new Set(figures.map(run))], range: [...seriesColours], legend: runs.length > 1 },
    style,
    marks: [
      Plot.frame({ stroke: 'var(--line)' }),
      Plot.text(
        names.map((series) => ({ series, short: fitted(series, room) })),
        {
          ...{ fy: 'series', text: 'short', frameAnchor: 'left', dx: -8, textAnchor: 'end' },
        },
      ),
      Plot.dot(
        dots.filter(({ rule }) => rule === undefined),
        { x: 'value', y: 'height', fy: 'series', r: 2, fill: 'run', fillOpacity: 0.65 },
      ),
      Plot.dot(
        dots.filter(({ rule }) => rule !== undefined),
        {
          x: 'value',
          y: 'height',
          fy: 'series',
          r: 3,
          symbol: 'times',
          stroke: 'currentColor',
          strokeOpacity: 0.6,
          title: 'rule',
        },
      ),
      Plot.tickX(medians, { x: 'value', fy: 'series', stroke: 'run', strokeWidth: 3, y: null }),
      Plot.tickX(guide, {
        x: 'value',
        fy: 'series',
        y: null,
        stroke: 'currentColor',
        strokeDasharray: '4 3',
        strokeWidth: 1.5,
      }),
    ],
  })
}
