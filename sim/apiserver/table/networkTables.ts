import type { KubeObject } from '../../kubeObject.ts'
import { column, orNone, pairs, selectorText, spec, status, wide } from './cells.ts'
import type { Json } from './cells.ts'
import { ageColumn, nameColumn } from './column.ts'
import type { Column } from './column.ts'

function servicePorts(service: KubeObject): string {
  const ports = (spec(service)['ports'] ?? []) as Json[]
  return orNone(
    ports
      .map(({ port, nodePort, protocol }) => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
      .join(','),
  )
}

function externalIp(service: KubeObject): string {
  const {
    type,
    externalIPs = [],
    externalName,
  } = spec(service) as { type?: string; externalIPs?: string[]; externalName?: string }
  if (type === 'ExternalName') return externalName ?? ''
  const ingress = ((status(service)['loadBalancer']?.ingress ?? []) as Json[]).map(
    ({ ip, hostname }) => (ip ?? hostname) as string,
  )
  const all = [...ingress, ...externalIPs]
  return all.length > 0 ? all.join(',') : type === 'LoadBalancer' ? '<pending>' : '<none>'
}

function endpointAddresses(endpoints: KubeObject): string {
  const all = ((endpoints['subsets'] ?? []) as Json[]).flatMap(({ addresses = [], ports = [] }) =>
    (addresses as Json[]).flatMap(({ ip }) =>
      (ports as Json[]).length === 0 ? [ip as string] : (ports as Json[]).map(({ port }) => `${ip}:${port}`),
    ),
  )
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : orNone(all.join(','))
}

export const networkTables: Readonly<Record<string, readonly Column[]>> = {
  services: [
    nameColumn,
    column('Type', (object) => spec(object)['type']),
    column('Cluster-IP', (object) => orNone(spec(object)['clusterIP'])),
    column('External-IP', externalIp),
    column('Port(s)', servicePorts),
    ageColumn,
    wide('Selector', (object) => pairs(spec(object)['selector'] as Json | undefined)),
  ],
  endpoints: [nameColumn, column('Endpoints', endpointAddresses), ageColumn],
  networkpolicies: [
    nameColumn,
    column('Pod-Selector', (object) => selectorText(spec(object)['podSelector'] as Json | undefined)),
    ageColumn,
  ],
  endpointslices: [
    nameColumn,
    column('AddressType', (object) => object['addressType']),
    column('Ports', (object) =>
      orNone(((object['ports'] ?? []) as Json[]).map(({ port }) => String(port as number)).join(',')),
    ),
    column('Endpoints', (object) =>
      orNone(((object['endpoints'] ?? []) as Json[]).flatMap(({ addresses }) => addresses as string[]).join(',')),
    ),
    ageColumn,
  ],
}
