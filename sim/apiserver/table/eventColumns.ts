import type { KubeObject } from '../../kubeObject.ts'
import { column, wide } from './cells.ts'
import type { Json } from './cells.ts'
import { nameColumn } from './column.ts'
import type { Column } from './column.ts'
import { age } from './duration.ts'

function eventLastSeen(event: KubeObject, now: number): string {
  const series = event['series'] as Json | undefined
  const last = (series?.['lastObservedTime'] ?? event['lastTimestamp'] ?? event['eventTime']) as string | undefined
  return age(last ?? event['firstTimestamp'] ?? event['eventTime'], now)
}

const source = (event: KubeObject): string => {
  const { component, host } = (event['source'] ?? {}) as { component?: string; host?: string }
  const name = component ?? (event['reportingComponent'] as string | undefined) ?? ''
  const place = host ?? (event['reportingInstance'] as string | undefined) ?? ''
  return place === '' ? name : `${name}, ${place}`
}

export const eventColumns: readonly Column[] = [
  column('Last Seen', eventLastSeen),
  column('Type', (event) => event['type'] ?? ''),
  column('Reason', (event) => event['reason'] ?? ''),
  column('Object', (event) => {
    const { kind = '', name = '' } = (event['involvedObject'] ?? {}) as { kind?: string; name?: string }
    return `${kind.toLowerCase()}/${name}`
  }),
  wide('Subobject', (event) => (event['involvedObject'] as Json | undefined)?.['fieldPath'] ?? ''),
  wide('Source', source),
  column('Message', (event) => ((event['message'] ?? '') as string).trim()),
  wide('First Seen', (event, now) => age(event['firstTimestamp'] ?? event['eventTime'], now)),
  wide('Count', (event) => String(((event['series'] as Json | undefined)?.['count'] ?? event['count'] ?? 1) as number)),
  { ...nameColumn, priority: 1 },
]
