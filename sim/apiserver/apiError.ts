/** One violated field, as the details of a Status carry it. */
export interface Cause {
  reason: string
  message: string
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: Cause[]
  retryAfterSeconds?: number
}

export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: Record<string, never>
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: StatusDetails
  code?: number
}

/** A refusal of the API server: becomes a Status body over HTTP and a KubeApiError in process. */
export class ApiError extends Error {
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined
  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.reason = reason
    this.details = details
  }

  status(): Status {
    const body: Status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
    }
    if (this.details !== undefined) body.details = this.details
    body.code = this.code
    return body
  }
}

/** What a message names: the plural resource ("pods") for most errors, the kind ("Pod") for invalid ones. */
export interface Subject {
  group: string
  plural: string
  kind: string
}

const qualified = (group: string, name: string) => (group === '' ? name : `${name}.${group}`)

function resourceDetails(subject: Subject, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.plural,
  }
}

export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message)

export const notFound = (subject: Subject, name: string) =>
  new ApiError(
    404,
    'NotFound',
    `${qualified(subject.group, subject.plural)} "${name}" not found`,
    resourceDetails(subject, name),
  )

/** The path itself leads nowhere. */
export const noSuchResource = () =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})

export const alreadyExists = (subject: Subject, name: string) =>
  new ApiError(
    409,
    'AlreadyExists',
    `${qualified(subject.group, subject.plural)} "${name}" already exists`,
    resourceDetails(subject, name),
  )

export const conflict = (subject: Subject, name: string, why: string) =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(subject.group, subject.plural)} "${name}": ${why}`,
    resourceDetails(subject, name),
  )

export const staleVersion = (subject: Subject, name: string) =>
  conflict(subject, name, 'the object has been modified; please apply your changes to the latest version and try again')

export const forbidden = (subject: Subject, name: string, why: string, causes?: Cause[]) =>
  new ApiError(
    403,
    'Forbidden',
    `${qualified(subject.group, subject.plural)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`,
    {
      ...resourceDetails(subject, name),
      ...(causes === undefined ? {} : { causes }),
    },
  )

export const methodNotAllowed = () =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

/** A list of violated fields in the order of the real validation; `[a, b]` when there are several. */
export function invalid(subject: Subject, name: string, causes: Cause[]): ApiError {
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`)
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  return new ApiError(422, 'Invalid', `${qualified(subject.group, subject.kind)} "${name}" is invalid: ${list}`, {
    ...(name === '' ? {} : { name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.kind,
    causes,
  })
}
