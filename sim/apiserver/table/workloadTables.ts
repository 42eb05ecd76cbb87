import type { KubeObject } from '../../kubeObject.ts'
import { column, count, orNone, pairs, selectorText, spec, status, wide } from './cells.ts'
import type { Json } from './cells.ts'
import { ageColumn, nameColumn } from './column.ts'
import type { Column } from './column.ts'
import { age, humanDuration } from './duration.ts'

const templateContainers = (object: KubeObject): Json[] =>
  ((spec(object)['template'] as Json | undefined)?.['spec']?.containers ?? []) as Json[]
const templateColumns: readonly Column[] = [
  wide('Containers', (object) =>
    templateContainers(object)
      .map(({ name }) => name as string)
      .join(','),
  ),
  wide('Images', (object) =>
    templateContainers(object)
      .map(({ image }) => image as string)
      .join(','),
  ),
  wide('Selector', (object) => selectorText(spec(object)['selector'] as Json | undefined)),
]
function jobStatus(job: KubeObject): string {
  const held = ((status(job)['conditions'] ?? []) as Json[])
    .filter((one) => one['status'] === 'True')
    .map(({ type }) => type as string)
  if (held.includes('Complete')) return 'Complete'
  if (held.includes('Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  if (held.includes('Suspended')) return 'Suspended'
  return held.includes('FailureTarget')
    ? 'FailureTarget'
    : held.includes('SuccessCriteriaMet')
      ? 'SuccessCriteriaMet'
      : 'Running'
}

function jobDuration(job: KubeObject, now: number): string {
  const { startTime, completionTime } = status(job) as { startTime?: string; completionTime?: string }
  if (startTime === undefined) return ''
  return humanDuration((completionTime === undefined ? now : Date.parse(completionTime)) - Date.parse(startTime))
}

export const workloadTables: Readonly<Record<string, readonly Column[]>> = {
  daemonsets: [
    nameColumn,
    count('Desired', (object) => status(object)['desiredNumberScheduled'] ?? 0),
    count('Current', (object) => status(object)['currentNumberScheduled'] ?? 0),
    count('Ready', (object) => status(object)['numberReady'] ?? 0),
    count('Up-to-date', (object) => status(object)['updatedNumberScheduled'] ?? 0),
    count('Available', (object) => status(object)['numberAvailable'] ?? 0),
    column('Node Selector', (object) =>
      pairs((spec(object)['template'] as Json | undefined)?.['spec']?.nodeSelector as Json | undefined),
    ),
    ageColumn,
    ...templateColumns,
  ],
  deployments: [
    nameColumn,
    column('Ready', (object) => `${status(object)['readyReplicas'] ?? 0}/${spec(object)['replicas'] ?? 0}`),
    count('Up-to-date', (object) => status(object)['updatedReplicas'] ?? 0),
    count('Available', (object) => status(object)['availableReplicas'] ?? 0),
    ageColumn,
    ...templateColumns,
  ],
  replicasets: [
    nameColumn,
    count('Desired', (object) => spec(object)['replicas'] ?? 0),
    count('Current', (object) => status(object)['replicas'] ?? 0),
    count('Ready', (object) => status(object)['readyReplicas'] ?? 0),
    ageColumn,
    ...templateColumns,
  ],
  statefulsets: [
    nameColumn,
    column('Ready', (object) => `${status(object)['readyReplicas'] ?? 0}/${spec(object)['replicas'] ?? 0}`),
    ageColumn,
    ...templateColumns.slice(0, 2),
  ],
  jobs: [
    nameColumn,
    column('Status', jobStatus),
    column(
      'Completions',
      (object) =>
        `${status(object)['succeeded'] ?? 0}/${spec(object)['completions'] ?? `1 of ${spec(object)['parallelism'] ?? 1}`}`,
    ),
    column('Duration', jobDuration),
    ageColumn,
    ...templateColumns,
  ],
  cronjobs: [
    nameColumn,
    column('Schedule', (object) => spec(object)['schedule']),
    column('Timezone', (object) => orNone(spec(object)['timeZone'])),
    { name: 'Suspend', type: 'boolean', cell: (object) => (spec(object)['suspend'] === true ? 'True' : 'False') },
    count('Active', (object) => ((status(object)['active'] ?? []) as unknown[]).length),
    column('Last Schedule', (object, now) =>
      status(object)['lastScheduleTime'] === undefined ? '<none>' : age(status(object)['lastScheduleTime'], now),
    ),
    ageColumn,
  ],
}
