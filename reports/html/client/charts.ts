import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { markup } from '../markup.ts'
import type { FigureData, PageData } from '../pageData.ts'
import { medianOf, short, validOf } from '../quantiles.ts'
import { Chart } from './chart.ts'
import { distribution } from './distribution.ts'
import { effects } from './effects.ts'
import { memory } from './memory.ts'
import { trend } from './trend.ts'
import { phasesOf, waterfall } from './waterfall.ts'

/** Charts of what was measured, each with its numbers. */
export function Charts({ data }: { data: PageData }): VNode {
  return useMemo(
    () => markup`
      <div>
        ${data.effects.length > 0 && effectsOf(data)}
        ${data.kind !== 'history' && phasesOf(data).length > 0 && coldStart(data)}
        ${data.sandboxes.length > 0 && memoryOf(data)}
        ${metricsOf(data).map((figures) => metric(data, figures))}
      </div>
    `,
    [data],
  )
}

function metricsOf({ figures }: PageData): FigureData[][] {
  const names = [...new Set(figures.map(({ metric, unit }) => `${metric} ${unit}`))]
  return names.map((name) => figures.filter(({ metric, unit }) => `${metric} ${unit}` === name))
}

function metric(data: PageData, figures: readonly FigureData[]): VNode {
  const { metric: name = '', unit = '', better = 'lower', behaviour = '' } = figures[0] ?? {}
  const methods = [...new Set(figures.map(({ method }) => method))]
  const history = data.kind === 'history'
  const said = history
    ? 'Each dot is the mean of a block, the line joins the medians of the runs; versions are marked where they change.'
    : 'Each dot is a sample, from top to bottom block by block; a cross was left out, by the rule that the table names; the bar is the median, the dashed line the guide.'
  return markup`
    <figure class="measured" id=${`figure-${name.replaceAll(' ', '-')}`}>
      <h3>${name}, ${unit}</h3>
      <figcaption>${`${behaviour}; ${better} is better. ${said} ${methods.join('; ')}`}</figcaption>
      <${Chart} said=${`${name} in ${unit} by RuntimeClass; the table below has the numbers`}
        draw=${(width: number) => (history ? trend : distribution)(data, figures, width)} />
      ${numbers(
        name,
        ['What', 'Run', 'Median', 'Range', 'Samples', 'Left out', 'The guide'],
        figures.map((figure) => {
          const valid = validOf(figure)
          const range = valid.length === 0 ? '–' : `${short(Math.min(...valid))} to ${short(Math.max(...valid))}`
          return [
            figure.series,
            data.runs[figure.run]?.name ?? '',
            valid.length === 0 ? '–' : short(medianOf(valid)),
            range,
            String(valid.length),
            leftOut(figure),
            figure.documented === null ? '–' : String(figure.documented),
          ]
        }),
      )}
    </figure>
  `
}

function leftOut({ samples }: FigureData): string {
  const rules = samples.flatMap(([, , rule]) => rule ?? [])
  return [...new Set(rules)].map((rule) => `${rules.filter((each) => each === rule).length} ${rule}`).join(', ') || '–'
}

function coldStart(data: PageData): VNode {
  const phases = phasesOf(data)
  return markup`
    <figure class="measured" id="cold-start">
      <h3>Cold start, phase by phase, s</h3>
      <figcaption>Medians of the blocks that count. Sandbox and containers by the pod's own conditions, in whole seconds of the API; the tick is when the suite's watch saw the pod Ready, by its own clock.</figcaption>
      <${Chart} said="Cold start by RuntimeClass, phase by phase; the table below has the numbers" draw=${(width: number) => waterfall(data, width)} />
      ${numbers(
        'cold start',
        ['What', 'Run', 'Phase', 'From', 'To'],
        phases.map(({ series, run, phase, from, to }) => [
          series,
          data.runs[run]?.name ?? '',
          phase,
          short(from),
          short(to),
        ]),
      )}
    </figure>
  `
}

function memoryOf(data: PageData): VNode {
  return markup`
    <figure class="measured" id="memory">
      <h3>Memory of an idle sandbox on the node, MiB</h3>
      <figcaption>Resident memory of the sandbox's processes, stacked. Pages that processes share are counted in each of them.</figcaption>
      <${Chart} said="Memory of an idle sandbox by RuntimeClass and process; the table below has the numbers" draw=${(width: number) => memory(data, width)} />
      ${numbers(
        'memory',
        ['RuntimeClass', 'Run', 'Measured by', 'Process', 'MiB'],
        data.sandboxes.flatMap(({ runtimeClass, run, behaviour, parts }) =>
          parts.map(([process, mebibytes]) => [
            runtimeClass,
            data.runs[run]?.name ?? '',
            behaviour,
            process,
            short(mebibytes),
          ]),
        ),
      )}
    </figure>
  `
}

function effectsOf(data: PageData): VNode {
  const percent = (part: number) => `${part > 0 ? '+' : ''}${(100 * part).toFixed(1)} %`
  return markup`
    <figure class="measured" id="effects">
      <h3>Change of each figure, first run to second</h3>
      <figcaption>The line is the interval that holds the change in 95 of 100 cases. Red is a reason not to ship.</figcaption>
      <${Chart} said="Change of each figure with its interval; the table below has the numbers" draw=${(width: number) => effects(data, width)} />
      ${numbers(
        'changes',
        ['Figure', 'Change', '95 % interval', 'Blocks', 'Better', 'Weight'],
        data.effects.map(({ figure, change, low, high, blocks, better, weight }) => [
          figure,
          percent(change),
          `${percent(low)} to ${percent(high)}`,
          String(blocks),
          better,
          weight ?? '–',
        ]),
      )}
    </figure>
  `
}

const numbers = (of: string, head: readonly string[], rows: readonly (readonly string[])[]): VNode => markup`
  <details>
    <summary>The numbers</summary>
    <div class="scroll" role="region" aria-label=${`Numbers: ${of}`} tabindex="0">
      <table>
        <thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${rows.map(([name, ...rest]) => markup`<tr><th scope="row">${name}</th>${rest.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</tbody>
      </table>
    </div>
  </details>
`
