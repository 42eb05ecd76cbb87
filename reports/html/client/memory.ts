import * as Plot from '@observablehq/plot'
import type { PageData } from '../pageData.ts'
import { fitted, roomFor, seriesColours, style } from './plotStyle.ts'

/** Memory of the processes of a sandbox, one upon the other; of a comparison two bars for each class, of a history the newest run's. */
export function memory({ sandboxes, kind }: PageData, width: number): SVGSVGElement | HTMLElement {
  const bars = sandboxes.flatMap(({ runtimeClass, run, parts }) =>
    parts.map(([process, mebibytes]) => ({ line: lineOf(runtimeClass, run), process, mebibytes })),
  )
  const lines = [...new Set(bars.map(({ line }) => line))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const processes = [...new Set(bars.map(({ process }) => process))]
  const totals = lines.map((line) => ({
    line,
    total: bars.filter((bar) => bar.line === line).reduce((sum, { mebibytes }) => sum + mebibytes, 0),
  }))
  const room = roomFor(lines, width)
  function lineOf(runtimeClass: string, run: number): string {
    return kind === 'comparison' ? `${runtimeClass} ${run === 0 ? '1 before' : '2 after'}` : runtimeClass
  }
  return Plot.plot({
    width,
    height: 95 + 26 * lines.length,
    marginLeft: room,
    marginRight: 50,
    marginBottom: 45,
    x: { label: 'MiB', labelOffset: 40, grid: true },
    y: { domain: lines, label: null, tickSize: 0, tickFormat: (line: string) => fitted(line, room) },
    color: { domain: processes, range: [...seriesColours], legend: true },
    style,
    marks: [
      Plot.barX(bars, { x: 'mebibytes', y: 'line', fill: 'process', insetTop: 3, insetBottom: 3, order: processes }),
      Plot.text(totals, {
        x: 'total',
        y: 'line',
        text: ({ total }: { total: number }) => total.toFixed(0),
        textAnchor: 'start',
        dx: 5,
      }),
      Plot.ruleX([0]),
    ],
  })
}
