/*
 * What differs between any two runs of a real cluster: identities, times, versions, random suffixes, ages.
 */

type Json = Record<string, unknown>

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g
const zeroUid = '00000000-0000-0000-0000-000000000000'

export function normalise(value: unknown): unknown {
  if (typeof value === 'string') return normaliseText(value)
  if (Array.isArray(value)) return value.map(normalise)
  if (typeof value !== 'object' || value === null) return value
  const out: Json = {}
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'resourceVersion') out[key] = '<version>'
    else if (key === 'continue') out[key] = '<continue>'
    else if (key === 'token') out[key] = '<token>'
    else if (key === 'serverAddress') out[key] = '<address>'
    else if (key === 'cells') out[key] = (inner as unknown[]).map(normaliseCell)
    else if (key === 'managedFields') out[key] = sorted((inner as unknown[]).map(normalise))
    else out[normaliseText(key)] = normalise(inner)
  }
  if (isRulesReview(out)) sortRules(out['status'] as Json)
  sortCauses(out)
  return out
}

function normaliseText(text: string): string {
  return text
    .replace(uid, (one) => (one === zeroUid ? one : '<uid>'))
    .replace(time, '<time>')
    .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-<suffix>')
    .replace(/^gen-[a-z0-9]{5}$/, 'gen-<suffix>')
    .replace(/current: \d+/, 'current: <version>')
}

const normaliseCell = (cell: unknown) =>
  typeof cell === 'string' && /^(\d+[smhdy])+$/.test(cell) ? '<age>' : normalise(cell)

const isRulesReview = (object: Json) => object['kind'] === 'SelfSubjectRulesReview' && object['status'] !== undefined

/** The order of rules is that of a map in the real server. */
function sortRules(status: Json): void {
  for (const list of ['resourceRules', 'nonResourceRules']) status[list] = sorted(status[list] as unknown[])
}

/** Of several errors of one map (limits, requests) the order is that of the map. The message is their list. */
function sortCauses(status: Json): void {
  const { causes } = (status['details'] ?? {}) as { causes?: { field?: string; message?: string }[] }
  if (status['kind'] !== 'Status' || !causes || causes.length < 2) return
  const words = causes.map(({ field, message }) => `${field}: ${message}`)
  const before = `[${words.join(', ')}]`
  ;(status['details'] as Json)['causes'] = sorted(causes)
  status['message'] = String(status['message']).replace(before, () => `[${words.sort().join(', ')}]`)
}

/** The order of managers is that of their times, in seconds. */
const sorted = (list: unknown[]): unknown[] =>
  [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
