import type { Cause } from '../apiError.ts'
import { compareQuantities, nanos } from '../schema/quantity.ts'
import { duplicate, invalidValue, missing, notSupported, prohibited, required } from './fieldErrors.ts'
import { dns1123Label, qualifiedNameErrors } from './names.ts'
import { relativePath } from './volumes.ts'

/*
 * Containers: pkg/apis/core/validation validateContainerCommon (v1.34), in its order.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- containers as JSON
type Json = Record<string, any>

const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const protocols = ['SCTP', 'TCP', 'UDP']
const terminationPolicies = ['FallbackToLogsOnError', 'File']
const overcommitted = new Set(['cpu', 'memory', 'ephemeral-storage'])

export function validateContainer(
  container: Json,
  volumes: readonly Json[],
  path: string,
  init: boolean,
  spec: Json,
): Cause[] {
  const causes: Cause[] = []
  const name = (container['name'] ?? '') as string
  if (name === '') causes.push(required(`${path}.name`))
  else causes.push(...dns1123Label(name).map((wrong) => invalidValue(`${path}.name`, name, wrong)))
  const image = (container['image'] ?? '') as string
  if (image === '') causes.push(required(`${path}.image`))
  else if (image !== image.trim())
    causes.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'))
  const policy = container['terminationMessagePolicy'] as string
  if (!terminationPolicies.includes(policy))
    causes.push(notSupported(`${path}.terminationMessagePolicy`, policy, terminationPolicies))
  causes.push(...validatePorts((container['ports'] ?? []) as Json[], `${path}.ports`))
  causes.push(...validateEnv((container['env'] ?? []) as Json[], `${path}.env`))
  causes.push(...validateMounts(container, volumes, path))
  causes.push(...validateDevices(container, volumes, path))
  if (!pullPolicies.includes(container['imagePullPolicy'] as string)) {
    causes.push(notSupported(`${path}.imagePullPolicy`, container['imagePullPolicy'] as string, pullPolicies))
  }
  causes.push(...validateResources((container['resources'] ?? {}) as Json, `${path}.resources`))
  causes.push(...validateSecurity((container['securityContext'] ?? {}) as Json, `${path}.securityContext`, spec))
  if (init && container['restartPolicy'] !== 'Always') {
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
      if (container[field] !== undefined)
        causes.push(prohibited(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always'))
    }
  }
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[field] as Json | undefined
    if (probe !== undefined) causes.push(...validateProbe(probe, `${path}.${field}`, field))
  }
  return causes
}

function validatePorts(ports: readonly Json[], path: string): Cause[] {
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const own = `${path}[${index}]`
    const causes: Cause[] = []
    const range = 'must be between 1 and 65535, inclusive'
    if (port['name'] !== undefined) {
      if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(port['name'] as string))
        causes.push(
          invalidValue(
            `${own}.name`,
            port['name'],
            'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
          ),
        )
      else if ((port['name'] as string).length > 15)
        causes.push(invalidValue(`${own}.name`, port['name'], 'must be no more than 15 characters'))
      else if (names.has(port['name'] as string)) causes.push(duplicate(`${own}.name`, port['name']))
      names.add(port['name'] as string)
    }
    const number = (port['containerPort'] ?? 0) as number
    if (number === 0) causes.push(required(`${own}.containerPort`))
    else if (number < 1 || number > 65535) causes.push(invalidValue(`${own}.containerPort`, number, range))
    const host = (port['hostPort'] ?? 0) as number
    if (host !== 0 && (host < 1 || host > 65535)) causes.push(invalidValue(`${own}.hostPort`, host, range))
    if (!protocols.includes(port['protocol'] as string))
      causes.push(notSupported(`${own}.protocol`, port['protocol'] as string, protocols))
    return causes
  })
}

function validateEnv(variables: readonly Json[], path: string): Cause[] {
  return variables.flatMap((variable, index) => {
    const own = `${path}[${index}]`
    const causes: Cause[] = []
    if (!variable['name']) causes.push(required(`${own}.name`))
    const from = variable['valueFrom'] as Json | undefined
    if (from === undefined) return causes
    const sources = Object.keys(from)
    if (sources.length === 0)
      causes.push(
        invalidValue(
          `${own}.valueFrom`,
          '',
          'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
        ),
      )
    else if (variable['value'])
      causes.push(invalidValue(`${own}.valueFrom`, '', 'may not be specified when `value` is not empty'))
    else if (sources.length > 1)
      causes.push(invalidValue(`${own}.valueFrom`, '', 'may not have more than one field specified at a time'))
    return causes
  })
}

function validateMounts(container: Json, volumes: readonly Json[], path: string): Cause[] {
  const mounts = (container['volumeMounts'] ?? []) as Json[]
  const paths = new Set<string>()
  const devices = ((container['volumeDevices'] ?? []) as Json[]).map(({ name }) => name as string)
  return mounts.flatMap((mount, index) => {
    const own = `${path}.volumeMounts[${index}]`
    const causes: Cause[] = []
    const name = (mount['name'] ?? '') as string
    if (name === '') causes.push(required(`${own}.name`))
    else if (!volumes.some((volume) => volume['name'] === name)) causes.push(missing(`${own}.name`, name))
    const mountPath = (mount['mountPath'] ?? '') as string
    if (mountPath === '') causes.push(required(`${own}.mountPath`))
    else if (paths.has(mountPath)) causes.push(invalidValue(`${own}.mountPath`, mountPath, 'must be unique'))
    paths.add(mountPath)
    if (devices.includes(name))
      causes.push(invalidValue(`${own}.name`, name, 'must not already exist in volumeDevices'))
    // The real server leaves the index out of these two paths.
    if (mount['subPath']) causes.push(...relativePath(mount['subPath'] as string, `${path}.volumeMounts.subPath`))
    if (mount['subPathExpr']) {
      if (mount['subPath'])
        causes.push(
          invalidValue(`${own}.subPathExpr`, mount['subPathExpr'], 'subPathExpr and subPath are mutually exclusive'),
        )
      causes.push(...relativePath(mount['subPathExpr'] as string, `${path}.volumeMounts.subPathExpr`))
    }
    const propagation = mount['mountPropagation'] as string | undefined
    const known = ['Bidirectional', 'HostToContainer', 'None']
    if (propagation !== undefined && !known.includes(propagation))
      causes.push(notSupported(`${own}.mountPropagation`, propagation, known))
    if (
      propagation === 'Bidirectional' &&
      (container['securityContext'] as Json | undefined)?.['privileged'] !== true
    ) {
      causes.push(
        prohibited(
          `${own}.mountPropagation`,
          'Bidirectional mount propagation is available only to privileged containers',
        ),
      )
    }
    return causes
  })
}

function validateDevices(container: Json, volumes: readonly Json[], path: string): Cause[] {
  const seen = new Set<string>()
  const mountPaths = ((container['volumeMounts'] ?? []) as Json[]).map(({ mountPath }) => mountPath as string)
  return ((container['volumeDevices'] ?? []) as Json[]).flatMap((device, index) => {
    const own = `${path}.volumeDevices[${index}]`
    const causes: Cause[] = []
    const name = (device['name'] ?? '') as string
    const devicePath = (device['devicePath'] ?? '') as string
    const volume = volumes.find((one) => one['name'] === name)
    if (name === '') causes.push(required(`${own}.name`))
    else if (seen.has(name)) causes.push(invalidValue(`${own}.name`, name, 'must be unique'))
    if (volume !== undefined && volume['persistentVolumeClaim'] === undefined && volume['ephemeral'] === undefined) {
      causes.push(
        invalidValue(
          `${own}.name`,
          name,
          'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        ),
      )
    }
    if (name !== '' && volume === undefined) causes.push(missing(`${own}.name`, name))
    if (devicePath === '') causes.push(required(`${own}.devicePath`))
    else if (devicePath.split('/').includes('..'))
      causes.push(invalidValue(`${own}.devicePath`, devicePath, "must not contain '..'"))
    else if (mountPaths.includes(devicePath))
      causes.push(invalidValue(`${own}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'))
    seen.add(name)
    return causes
  })
}

/** Of containers, pods and claims. */
export function validateResources(resources: Json, path: string): Cause[] {
  const limits = (resources['limits'] ?? {}) as Record<string, string>
  const requests = (resources['requests'] ?? {}) as Record<string, string>
  const causes: Cause[] = []
  for (const [part, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [name, value] of Object.entries(amounts)) {
      const own = `${path}.${part}[${name}]`
      causes.push(...qualifiedNameErrors(name).map((wrong) => invalidValue(own, name, wrong)))
      if (!overcommitted.has(name) && !name.includes('/') && !name.startsWith('hugepages-') && name !== 'storage') {
        causes.push(
          invalidValue(own, name, 'must be a standard resource type or fully qualified'),
          invalidValue(own, name, 'must be a standard resource for containers'),
        )
      }
      if (nanos(value) < 0n) causes.push(invalidValue(own, value, 'must be greater than or equal to 0'))
      else if (!overcommitted.has(name) && nanos(value) % 1_000_000_000n !== 0n)
        causes.push(invalidValue(own, value, 'must be an integer'))
    }
  }
  const inOrder = Object.keys(requests).sort((a, b) => (a === 'memory' ? -1 : b === 'memory' ? 1 : a < b ? -1 : 1))
  for (const name of inOrder) {
    const [request, limit] = [requests[name] as string, limits[name]]
    if (limit === undefined) {
      if (!overcommitted.has(name) && name !== 'storage')
        causes.push(required(`${path}.limits`, `Limit must be set for non overcommitable resources`))
    } else if (!overcommitted.has(name) && name !== 'storage' && compareQuantities(request, limit) !== 0) {
      causes.push(invalidValue(`${path}.requests`, request, `must be equal to ${name} limit of ${limit}`))
    } else if (compareQuantities(request, limit) > 0) {
      causes.push(invalidValue(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`))
    }
  }
  return causes
}

function validateSecurity(context: Json, path: string, spec: Json): Cause[] {
  const causes: Cause[] = []
  for (const name of ['runAsUser', 'runAsGroup'] as const) {
    const id = context[name] as number | undefined
    if (id !== undefined && (id < 0 || id > 2147483647))
      causes.push(invalidValue(`${path}.${name}`, id, 'must be between 0 and 2147483647, inclusive'))
  }
  const procMount = context['procMount'] as string | undefined
  if (procMount !== undefined && !['Default', 'Unmasked'].includes(procMount))
    causes.push(notSupported(`${path}.procMount`, procMount, ['Default', 'Unmasked']))
  if (procMount === 'Unmasked' && spec['hostUsers'] !== false) {
    causes.push(invalidValue(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'))
  }
  if (context['allowPrivilegeEscalation'] === false) {
    if (context['privileged'] === true)
      causes.push(
        invalidValue(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'),
      )
    const added = ((context['capabilities'] as Json | undefined)?.['add'] ?? []) as string[]
    if (added.some((one) => one === 'CAP_SYS_ADMIN'))
      causes.push(
        invalidValue(
          path,
          context,
          'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
        ),
      )
  }
  return causes
}

function validateProbe(probe: Json, path: string, field: string): Cause[] {
  const causes: Cause[] = []
  const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((name) => probe[name] !== undefined)
  if (handlers.length === 0) causes.push(required(path, 'must specify a handler type'))
  for (const extra of handlers.slice(1))
    causes.push(prohibited(`${path}.${extra}`, 'may not specify more than 1 handler type'))
  if (handlers[0] === 'exec' && ((probe['exec'] as Json)['command'] ?? []).length === 0)
    causes.push(required(`${path}.exec.command`))
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    if (((probe[name] ?? 0) as number) < 0)
      causes.push(invalidValue(`${path}.${name}`, probe[name], 'must be greater than or equal to 0'))
  }
  if (field !== 'readinessProbe' && (probe['successThreshold'] ?? 1) !== 1)
    causes.push(invalidValue(`${path}.successThreshold`, probe['successThreshold'], 'must be 1'))
  return causes
}
