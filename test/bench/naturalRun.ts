import { command, recordOf, scratch } from '../harness/commandLine.ts'
import { row, type Row } from './row.ts'

/** Kinds that a run waits for: Pod, Event and ServiceAccount in its namespaces, Namespace, and in one of them Deployment, Job, CronJob and ResourceQuota. */
const KINDS = 8

/** The whole suite at the simulator's natural latencies: wall against its lower bound, and what it asks of the API server. */
export async function naturalRun(): Promise<Row[]> {
  const results = scratch()
  try {
    const end = await command(
      ['run', '--sim', '--scenario', 'small', '--speed', '1', '--out', results.folder],
      {},
      900_000,
    )
    const folder = results.runs()[0]
    if (folder === undefined) throw new Error(`the run left no results: ${end.stderr}`)
    const { schedule, arms } = recordOf(folder)
    if (!schedule) throw new Error('the run did not finish')
    const tried = arms.filter(({ verdict, timeline }) => verdict !== 'skipped' || timeline.length > 0).length
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
    return [
      row(
        'wall / lower bound at natural latencies',
        schedule.wallMs / schedule.lowerBoundMs,
        1.15,
        'x',
        `${seconds(schedule.wallMs)} against ${seconds(schedule.lowerBoundMs)}, ${tried} arms`,
      ),
      row('API requests per arm', schedule.apiRequests / tried, 8, 'requests', `${schedule.apiRequests} in all`),
      row('open watches per run', schedule.watches, 2 * KINDS, 'watches', `${KINDS} kinds`),
    ]
  } finally {
    results.remove()
  }
}
