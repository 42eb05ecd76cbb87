import type { Claim } from '../catalog/claim.ts'
import { holdsFor } from './versionSpan.ts'

type Ranged = Pick<Claim, 'id' | 'title' | 'level' | 'gate' | 'versions'>

/** A documented claim that is made of one release and not of the other. */
export interface ClaimChange {
  readonly behaviour: string
  readonly title: string
  readonly level: Claim['level']
  readonly gate: boolean
  /** The claim's own range, such as `>=3.26` or `<4.0`. */
  readonly versions: string
  /** begins: made of the second release only. ends: of the first only. */
  readonly change: 'begins' | 'ends'
}

/** Claims by the order of the catalogue. Ranges in prose change nothing. */
export function claimChanges(claims: readonly Ranged[], from: string, to: string): ClaimChange[] {
  return claims.flatMap(({ id, title, level, gate, versions }): ClaimChange[] => {
    const [was, is] = [holdsFor(versions, from), holdsFor(versions, to)]
    if (was === null || is === null || was === is) return []
    return [{ behaviour: id, title, level, gate, versions, change: is ? 'begins' : 'ends' }]
  })
}
