import { Gauge, type OpenMetricsContentType, Registry } from 'prom-client'
import { figureMeans } from '../compare/figurePairs.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { verdicts } from '../record/verdict.ts'

/**
 * Verdicts and figures for a textfile collector (OpenMetrics): what is known of each check, 1 for passed and 0 for failed; what nobody knows has no sample,
 * so that an alert on `== 0` is about the product and one on `absent` about the run.
 */
export async function openMetrics(record: RunRecord): Promise<string> {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `kata_conformance_${name}`, help, labelNames: [...labelNames], registers: [registry] })

  const { runId, cluster, simulated, suiteVersion } = record
  gauge('run_info', 'The run that these are of.', ['run', 'context', 'simulated', 'suite_version']).set(
    { run: runId, context: cluster.context, simulated: String(simulated), suite_version: suiteVersion },
    1,
  )
  gauge('run_started_seconds', 'When the run began, Unix time.').set(Date.parse(record.startedAt) / 1000)
  gauge('run_duration_seconds', 'How long it took.').set(record.durationMs / 1000)
  gauge('run_exit_code', '0 conformant, 1 not conformant, 3 incomplete, 4 invalid, 130 interrupted.').set(
    record.exitCode,
  )
  const counts = gauge('verdicts', 'Checks by verdict.', ['verdict'])
  for (const verdict of verdicts) counts.set({ verdict }, record.summary.verdicts[verdict])

  const labels = ['behaviour', 'chapter', 'level', 'runtime_class', 'case', 'repeat']
  const held = gauge('check_passed', '1: the claim was seen to hold. 0: it was not.', labels)
  for (const { role, verdict, behaviour, chapter, level, runtimeClass, case: row, repeat } of record.arms) {
    if (role !== 'check' || (verdict !== 'passed' && verdict !== 'failed')) continue
    const of = { behaviour, chapter, level, runtime_class: runtimeClass ?? '', case: row ?? '', repeat }
    held.set(of, verdict === 'passed' ? 1 : 0)
  }
  const figures = gauge('figure', 'Mean of a measured figure, in its own unit.', ['figure', 'unit'])
  const units = new Map(record.arms.flatMap((arm) => arm.figures.map(({ metric, unit }) => [metric, unit] as const)))
  for (const [key, mean] of figureMeans(record))
    figures.set({ figure: key, unit: units.get(key.split(' ')[0] ?? '') ?? '' }, mean)
  return registry.metrics()
}
