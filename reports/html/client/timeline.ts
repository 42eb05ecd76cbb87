import * as Plot from '@observablehq/plot'
import type { ShownArm } from '../pageData.ts'

/** From each moment of an arm to the next, one below the other. */
export function timeline(
  { timeline: moments, durationMs, verdict }: ShownArm,
  width: number,
): SVGSVGElement | HTMLElement {
  const spans = moments.slice(1).map(({ atMs, what }, index) => ({
    from: (moments[index]?.atMs ?? 0) / 1000,
    to: atMs / 1000,
    what: `${index + 1}. ${what}`,
  }))
  const end = Math.max(durationMs / 1000, ...spans.map(({ to }) => to))
  return Plot.plot({
    width,
    height: 66 + 18 * spans.length,
    marginLeft: Math.min(220, width / 3),
    marginBottom: 42,
    x: { domain: [0, end], label: 's', labelOffset: 38, grid: true },
    y: { domain: spans.map(({ what }) => what), label: null, tickSize: 0 },
    style: { background: 'transparent', fontSize: '12px' },
    marks: [
      Plot.barX(spans, { x1: 'from', x2: 'to', y: 'what', fill: 'var(--series-1)' }),
      Plot.tickX(spans, { x: 'to', y: 'what', stroke: verdict === 'failed' ? 'var(--bad)' : 'currentColor' }),
    ],
  })
}
