import { ApiError, badRequest } from '../apiError.ts'
import type { Revision } from '../storage/revision.ts'

/** The rest of lists that were cut into pages: later pages show the state of the first one. */
export interface Snapshots {
  keep(token: string, version: number, rest: readonly Revision[]): void
  /** @throws ApiError 400 for a token that is none, 410 for one that is forgotten. */
  resume(token: string): { version: number; rest: readonly Revision[] }
}

const kept = 64

export function createSnapshots(): Snapshots {
  const byToken = new Map<string, { version: number; rest: readonly Revision[] }>()
  return {
    keep(token, version, rest) {
      byToken.delete(token)
      byToken.set(token, { version, rest })
      if (byToken.size > kept) byToken.delete(byToken.keys().next().value as string)
    },
    resume(token) {
      const snapshot = byToken.get(token)
      if (snapshot !== undefined) return snapshot
      checkToken(token)
      throw new ApiError(
        410,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
      )
    },
  }
}

/** As etcd's storage writes it: the version of the list and the key after the last one shown. */
export const continueToken = (version: number, lastKey: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${lastKey}\u0000` })).toString('base64url')

function checkToken(token: string): void {
  const bytes = Buffer.from(token, 'base64url')
  try {
    JSON.parse(bytes.toString())
  } catch {
    const first = String.fromCharCode(bytes[0] ?? 0)
    throw badRequest(
      `invalid continue token: continue key is not valid: invalid character '${first}' looking for beginning of value`,
    )
  }
}
