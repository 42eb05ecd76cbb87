import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { dump, load } from 'js-yaml'
import { rbacObjects } from '../../cli/rbacObjects.ts'
import type { AccessRule } from '../../engine/access/accessRule.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'

export interface LimitedUser {
  /** As the API server names it. */
  readonly username: string
  /** A kubeconfig file with its token. */
  readonly kubeconfig: string
  /** Removes the account and its rights. */
  remove(): Promise<void>
}

export const account = { namespace: 'default' }

interface Administrator {
  readonly cluster: Cluster
  readonly kubeconfig: string
}

/** A ServiceAccount that holds the objects' rights (`rbac --service-account default/NAME`) and no other, once they hold. */
export async function limitedUser(
  admin: Administrator,
  name: string,
  objects: readonly KubeObject[],
): Promise<LimitedUser> {
  const made: KubeObject[] = [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, ...account } }, ...objects]
  for (const each of made) await admin.cluster.create(each)
  const kubeconfig = await kubeconfigOf(admin.kubeconfig, name)
  await rightsHold(kubeconfig, objects)
  return {
    username: `system:serviceaccount:${account.namespace}:${name}`,
    kubeconfig,
    async remove() {
      rmSync(kubeconfig, { force: true })
      for (const { apiVersion, kind, metadata } of made) {
        const { namespace } = metadata
        await admin.cluster.delete({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) })
      }
    },
  }
}

/** The same from rules. */
export const userWith = (
  admin: Administrator,
  name: string,
  rules: readonly AccessRule[],
  kataNamespace = 'kata-containers',
): Promise<LimitedUser> => {
  const subject = { kind: 'ServiceAccount', name, ...account } as const
  return limitedUser(admin, name, rbacObjects({ rules, name, kataNamespace, subject }))
}

interface Rule {
  apiGroups: string[]
  resources: string[]
  resourceNames?: string[]
  verbs: string[]
}

const effectiveWithinMs = 10_000

/** RBAC of a real API server reads from caches: a role and its binding hold a moment after they are there. */
async function rightsHold(kubeconfig: string, objects: readonly KubeObject[]): Promise<void> {
  const deadline = performance.now() + effectiveWithinMs
  const cluster = await connect({ kubeconfig })
  try {
    for (const { metadata, rules } of objects) {
      // Of objects with certain names alone, nobody can be asked without a name.
      const last = (rules as Rule[] | undefined)?.filter(({ resourceNames }) => resourceNames === undefined).at(-1)
      if (last === undefined) continue
      const [resource = '', subresource] = last.resources[0]?.split('/') ?? []
      const of = {
        group: last.apiGroups[0] ?? '',
        resource,
        ...(subresource === undefined ? {} : { subresource }),
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      }
      while (!(await cluster.may(last.verbs[0] ?? '', of)))
        if (performance.now() > deadline) throw new Error(`${metadata.name} does not hold: ${JSON.stringify(of)}`)
    }
  } finally {
    await cluster.close()
  }
}

/** Each right once, as [right, the rules without it]. */
export function withoutEach(
  rules: readonly AccessRule[],
): { readonly rule: AccessRule; readonly verb: string; readonly rest: readonly AccessRule[] }[] {
  return rules.flatMap((rule) =>
    rule.verbs.map((verb) => ({
      rule,
      verb,
      rest: rules.flatMap((each) => {
        if (each !== rule) return [each]
        const verbs = each.verbs.filter((other) => other !== verb)
        return verbs.length === 0 ? [] : [{ ...each, verbs }]
      }),
    })),
  )
}

interface Kubeconfig {
  clusters: { cluster: { server: string } }[]
  users: { user: object }[]
}

async function kubeconfigOf(adminKubeconfig: string, name: string): Promise<string> {
  const config = new KubeConfig()
  config.loadFromFile(adminKubeconfig)
  const { status } = await config.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name,
    ...account,
    body: { spec: { audiences: [], expirationSeconds: 3600 } },
  })
  const copy = load(readFileSync(adminKubeconfig, 'utf8')) as Kubeconfig
  // The path of the simulator's address carries its administrator's credentials.
  for (const { cluster } of copy.clusters) cluster.server = new URL(cluster.server).origin
  for (const each of copy.users) each.user = { token: status?.token ?? '' }
  // Beside its administrator's: who removes the cluster removes both.
  const file = path.join(path.dirname(adminKubeconfig), `${name}.kubeconfig`)
  writeFileSync(file, dump(copy), { mode: 0o600 })
  return file
}
