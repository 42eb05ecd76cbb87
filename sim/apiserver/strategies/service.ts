import type { Cause } from '../apiError.ts'
import type { Context } from '../context.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import type { Strategy } from '../strategies.ts'
import { duplicate, invalidValue, notSupported, required } from '../validation/fieldErrors.ts'

/*
 * Services: allocation of addresses (pkg/registry/core/service) and validation, v1.34. The service range is 10.96.0.0/16.
 */

interface Port {
  name?: string
  port: number
  nodePort?: number
  protocol?: string
}
interface ServiceSpec {
  type?: string
  clusterIP?: string
  clusterIPs?: string[]
  ipFamilies?: string[]
  ipFamilyPolicy?: string
  ports?: Port[]
  externalName?: string
}

const services = findKind('', 'v1', 'services') as Kind
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const nodePorts = { first: 30_000, last: 32_767 }

export const serviceStrategy: Strategy = {
  prepareForCreate(object, context) {
    const spec = object['spec'] as ServiceSpec
    if (spec.type === 'ExternalName') return
    spec.clusterIP ??= freeAddress(context)
    spec.clusterIPs ??= [spec.clusterIP]
    spec.ipFamilies ??= ['IPv4']
    spec.ipFamilyPolicy ??= 'SingleStack'
    if (spec.type === 'ClusterIP') return
    for (const port of spec.ports ?? []) port.nodePort ??= freeNodePort(context, spec.ports ?? [])
  },
  prepareForUpdate(object, old) {
    const spec = object['spec'] as ServiceSpec
    const before = old['spec'] as ServiceSpec
    if (spec.type === 'ExternalName') return
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) {
      if (spec[field] === undefined && before[field] !== undefined) Object.assign(spec, { [field]: before[field] })
    }
  },
  validate(object) {
    const spec = object['spec'] as ServiceSpec
    const causes: Cause[] = []
    if (!types.includes(spec.type ?? '')) causes.push(notSupported('spec.type', spec.type ?? '', types))
    const ports = spec.ports ?? []
    if (ports.length === 0 && spec.clusterIP !== 'None' && spec.type !== 'ExternalName')
      causes.push(required('spec.ports'))
    const names = new Set<string>()
    ports.forEach(({ name, port }, index) => {
      const path = `spec.ports[${index}]`
      if (ports.length > 1 && !name) causes.push(required(`${path}.name`))
      else if (name !== undefined && names.has(name)) causes.push(duplicate(`${path}.name`, name))
      names.add(name ?? '')
      if (!(port >= 1 && port <= 65535))
        causes.push(invalidValue(`${path}.port`, port, 'must be between 1 and 65535, inclusive'))
    })
    return causes
  },
  validateUpdate(object, old) {
    const now = (object['spec'] as ServiceSpec).clusterIP
    const before = (old['spec'] as ServiceSpec).clusterIP
    return before !== undefined &&
      before !== '' &&
      now !== before &&
      (object['spec'] as ServiceSpec).type !== 'ExternalName'
      ? [invalidValue('spec.clusterIPs[0]', [now], 'may not change once set')]
      : []
  },
}

function specsOf(context: Context): ServiceSpec[] {
  return [...context.store.of(services).byKey.values()].map(({ object }) => (object['spec'] ?? {}) as ServiceSpec)
}

function freeAddress(context: Context): string {
  const used = new Set(specsOf(context).map(({ clusterIP }) => clusterIP))
  for (let number = 10; number < 65_535; number++) {
    const address = `10.96.${number >> 8}.${number & 255}`
    if (!used.has(address)) return address
  }
  throw new Error('the service range 10.96.0.0/16 is full')
}

function freeNodePort(context: Context, own: readonly Port[]): number {
  const used = new Set([...specsOf(context).flatMap(({ ports = [] }) => ports), ...own].map(({ nodePort }) => nodePort))
  for (let port = nodePorts.first; port <= nodePorts.last; port++) if (!used.has(port)) return port
  throw new Error('no node port is free')
}
