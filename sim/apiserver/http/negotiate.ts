import { ApiError } from '../apiError.ts'

/** How an answer is written. */
export interface Format {
  media: 'json' | 'yaml'
  as: 'object' | 'table' | 'metadata'
  /** Columns of a Table come with nothing, metadata or the whole object. */
  contentType: string
}

const plain: Format = { media: 'json', as: 'object', contentType: 'application/json' }
const known = new Map<string, Format | null>()
const available =
  'application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'

/** The first representation of an Accept header that is served; protobuf is not. @throws ApiError 406 */
export function negotiate(accept: string | undefined): Format {
  if (accept === undefined || accept === '' || accept === 'application/json') return plain
  let format = known.get(accept)
  if (format === undefined) {
    format =
      accept
        .split(',')
        .map(parseRange)
        .find((one) => one !== null) ?? null
    if (known.size < 1000) known.set(accept, format)
  }
  if (format === null) {
    throw new ApiError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available}`, {})
  }
  return format
}

function parseRange(range: string): Format | null {
  const [type, ...parameters] = range.split(';').map((part) => part.trim())
  const parameter = (name: string) => parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1)
  const as = parameter('as')
  if (type === 'application/json' && as !== undefined) {
    if (parameter('g') !== 'meta.k8s.io' || parameter('v') !== 'v1') return null
    if (as === 'Table') return { ...plain, as: 'table' }
    return as.startsWith('PartialObjectMetadata') ? { ...plain, as: 'metadata' } : null
  }
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return plain
  if (type === 'application/yaml') return { media: 'yaml', as: 'object', contentType: 'application/yaml' }
  return null
}
