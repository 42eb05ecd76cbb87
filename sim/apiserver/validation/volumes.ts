import type { Cause } from '../apiError.ts'
import { duplicate, invalidValue, notSupported, prohibited, required } from './fieldErrors.ts'
import { dns1123Label, dns1123Subdomain } from './names.ts'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- volumes as JSON
type Json = Record<string, any>

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

/** pkg/apis/core/validation ValidateVolumes, v1.34. */
export function validateVolumes(volumes: readonly Json[], path: string): Cause[] {
  const causes: Cause[] = []
  const seen = new Set<string>()
  volumes.forEach((volume, index) => {
    const own = `${path}[${index}]`
    const name = (volume['name'] ?? '') as string
    causes.push(...validateSource(volume, own))
    if (name === '') causes.push(required(`${own}.name`))
    else causes.push(...dns1123Label(name).map((wrong) => invalidValue(`${own}.name`, name, wrong)))
    if (name !== '' && seen.has(name)) causes.push(duplicate(`${own}.name`, name))
    seen.add(name)
  })
  return causes
}

function validateSource(volume: Json, path: string): Cause[] {
  const kinds = Object.keys(volume).filter((key) => key !== 'name')
  if (kinds.length === 0) return [required(path, 'must specify a volume type')]
  const causes: Cause[] = kinds
    .slice(1)
    .map((kind) => prohibited(`${path}.${kind}`, 'may not specify more than 1 volume type'))
  const kind = kinds[0] as string
  const source = volume[kind] as Json
  const own = `${path}.${kind}`
  switch (kind) {
    case 'hostPath': {
      const hostPath = (source['path'] ?? '') as string
      if (hostPath === '') causes.push(required(`${own}.path`))
      else causes.push(...noBacksteps(hostPath, `${own}.path`))
      const type = (source['type'] ?? '') as string
      if (!hostPathTypes.includes(type)) causes.push(notSupported(`${own}.type`, type, hostPathTypes))
      break
    }
    case 'secret':
      if (!source['secretName']) causes.push(required(`${own}.secretName`))
      causes.push(...validateItems(source, own))
      break
    case 'configMap':
      if (!source['name']) causes.push(required(`${own}.name`))
      causes.push(...validateItems(source, own))
      break
    case 'persistentVolumeClaim':
      if (!source['claimName']) causes.push(required(`${own}.claimName`))
      else
        causes.push(
          ...dns1123Subdomain(source['claimName'] as string).map((wrong) =>
            invalidValue(`${own}.claimName`, source['claimName'], wrong),
          ),
        )
      break
    case 'emptyDir':
      if (
        source['medium'] !== undefined &&
        source['medium'] !== 'Memory' &&
        !/^HugePages(-|$)/.test(source['medium'] as string)
      ) {
        causes.push(notSupported(`${own}.medium`, source['medium'] as string, ['', 'HugePages', 'Memory']))
      }
      break
    case 'nfs':
      for (const field of ['server', 'path']) if (!source[field]) causes.push(required(`${own}.${field}`))
      break
    case 'csi':
      if (!source['driver']) causes.push(required(`${own}.driver`))
      break
    default:
  }
  return causes
}

function validateItems(source: Json, path: string): Cause[] {
  const causes: Cause[] = []
  const mode = source['defaultMode'] as number | undefined
  if (mode !== undefined && (mode < 0 || mode > 0o777))
    causes.push(
      invalidValue(`${path}.defaultMode`, mode, 'must be a number between 0 and 0777 (octal), both inclusive'),
    )
  ;((source['items'] ?? []) as Json[]).forEach((item, index) => {
    const own = `${path}.items[${index}]`
    if (!item['key']) causes.push(required(`${own}.key`))
    if (!item['path']) causes.push(required(`${own}.path`))
    else causes.push(...relativePath(item['path'] as string, `${own}.path`))
  })
  return causes
}

/** A path below a volume: relative, without `..`. */
export function relativePath(value: string, path: string): Cause[] {
  const absolute = value.startsWith('/') ? [invalidValue(path, value, 'must be a relative path')] : []
  return [...absolute, ...noBacksteps(value, path)]
}

export const noBacksteps = (value: string, path: string): Cause[] =>
  value.split('/').includes('..') ? [invalidValue(path, value, "must not contain '..'")] : []
