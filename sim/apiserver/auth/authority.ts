import { createSign, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { User } from '../context.ts'
import { findKind } from '../kinds.ts'
import type { Kind } from '../kinds.ts'
import { keyOf } from '../storage/collection.ts'
import type { Store } from '../storage/store.ts'

const serviceAccounts = findKind('', 'v1', 'serviceaccounts') as Kind

/** Who holds a token. Tokens of ServiceAccounts are JSON web tokens, signed with a key of this server. */
export interface Authority {
  readonly adminToken: string
  /** Null for a token that nobody was given, that is too old, or whose account is gone. */
  userOf(token: string): User | null
  /** @param expires seconds since the epoch */
  issue(account: TokenSubject, audiences: readonly string[], expires: number): string
}

export interface TokenSubject {
  namespace: string
  name: string
  uid: string
}

export const admin: User = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }
export const defaultAudience = 'https://kubernetes.default.svc.cluster.local'

interface Claims {
  exp: number
  'kubernetes.io': { namespace: string; serviceaccount: { name: string; uid: string } }
}

export function createAuthority(store: Store, clock: Clock): Authority {
  const adminToken = randomBytes(24).toString('hex')
  let keys: { privateKey: KeyObject; publicKey: KeyObject } | null = null
  const keyPair = () => (keys ??= generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const verified = new Map<string, Claims>()
  const seconds = () => Math.floor(clock.now() / 1000)

  function claimsOf(token: string): Claims | null {
    const known = verified.get(token)
    if (known !== undefined) return known
    const [header, payload, signature] = token.split('.')
    if (header === undefined || payload === undefined || signature === undefined || keys === null) return null
    const good = createVerify('SHA256')
      .update(`${header}.${payload}`)
      .verify({ key: keys.publicKey, dsaEncoding: 'ieee-p1363' }, signature, 'base64url')
    if (!good) return null
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
    verified.set(token, claims)
    return claims
  }

  return {
    adminToken,
    userOf(token) {
      if (token === adminToken) return admin
      const claims = claimsOf(token)
      if (claims === null || claims.exp < seconds()) return null
      const { namespace, serviceaccount } = claims['kubernetes.io']
      const account = store.of(serviceAccounts).byKey.get(keyOf(namespace, serviceaccount.name))
      if (account?.object.metadata.uid !== serviceaccount.uid) return null
      return {
        name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        uid: serviceaccount.uid,
      }
    },
    issue({ namespace, name, uid }, audiences, expires) {
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const now = seconds()
      const body = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode({
        aud: audiences,
        exp: expires,
        iat: now,
        iss: defaultAudience,
        'kubernetes.io': { namespace, serviceaccount: { name, uid } },
        nbf: now,
        sub: `system:serviceaccount:${namespace}:${name}`,
      })}`
      const signature = createSign('SHA256')
        .update(body)
        .sign({ key: keyPair().privateKey, dsaEncoding: 'ieee-p1363' }, 'base64url')
      return `${body}.${signature}`
    },
  }
}
