import type { VNode } from 'preact'
import type { ArmRecord } from '../record/arm.ts'
import type { Figure } from '../record/figure.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { markup } from './markup.ts'

/** Under what the guide's figures were measured. Source: guide 3.26.0, "Benchmark comparatif des runtimes" */
const guidesEnvironment = 'RKE2, nested virtualization (Vagrant/libvirt), Ceph RBD, busybox'

/** What was measured in blocks, beside the guide's figures; null when nothing was. Each sample is in run.json. */
export function figuresTable(record: RunRecord): VNode | null {
  const arms = record.arms.filter(({ figures }) => figures.length > 0)
  if (arms.length === 0) return null
  return markup`
    <div>
      <p>Recorded, never passed or failed. The guide's figures are of ${guidesEnvironment}; this cluster is ${environment(record)}. Where the two differ, they say nothing about each other.</p>
      <div class="scroll" role="region" aria-label="Figures beside the guide" tabindex="0">
        <table>
          <thead><tr>
            <th scope="col">Behaviour</th><th scope="col">RuntimeClass</th><th scope="col">Metric</th><th scope="col">Median</th><th scope="col">Range</th>
            <th scope="col">The guide</th><th scope="col">Blocks</th><th scope="col">Left out</th><th scope="col">Method</th>
          </tr></thead>
          <tbody>${arms.flatMap((arm) => arm.figures.map((figure) => row(arm, figure)))}</tbody>
        </table>
      </div>
    </div>
  `
}

function row(
  { behaviour, runtimeClass }: ArmRecord,
  { metric, unit, method, documented = null, samples }: Figure,
): VNode {
  const values = samples.filter(({ invalid }) => invalid === null).map(({ value }) => value)
  const blocks = new Set(samples.filter(({ invalid }) => invalid === null).map(({ block }) => block)).size
  const rules = [...new Set(samples.flatMap(({ invalid }) => (invalid === null ? [] : [invalid])))]
  const left = rules.map((rule) => `${samples.filter(({ invalid }) => invalid === rule).length} ${rule}`)
  const range = values.length === 0 ? '–' : `${short(Math.min(...values))} to ${short(Math.max(...values))} ${unit}`
  return markup`
    <tr>
      <th scope="row"><a href=${`#${behaviour}`}>${behaviour}</a></th><td>${runtimeClass ?? 'default runtime'}</td><td>${metric}</td>
      <td>${values.length === 0 ? 'no sample counts' : `${short(median(values))} ${unit}`}</td><td>${range}</td>
      <td>${documented === null ? '–' : `${documented} ${unit}`}</td><td>${blocks}</td><td>${left.join(', ') || '–'}</td><td>${method}</td>
    </tr>
  `
}

const short = (value: number): string => String(Number(value.toPrecision(3)))

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2
}

/** Distribution, and whether its nodes are virtual machines, as far as that is known. */
function environment({ facts }: RunRecord): string {
  const valueOf = (name: string) => facts.find((fact) => fact.name === name && fact.value !== null)?.value
  const nested = valueOf('nested')
  const kind =
    nested === undefined ? 'on nodes of unknown kind' : nested === true ? 'nested virtualization' : 'bare metal'
  return [valueOf('distribution') ?? 'an unknown distribution', kind, valueOf('machine')].filter(Boolean).join(', ')
}
