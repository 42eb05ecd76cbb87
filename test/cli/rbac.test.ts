import { expect } from 'chai'
import { loadAll } from 'js-yaml'
import { rbac } from '../../cli/rbac.ts'
import { accessRules } from '../../engine/access/accessRules.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { startTarget } from '../harness/simulatedCluster.ts'

const defaults = {
  for: 'run',
  probe: true,
  allowNodeChanges: false,
  kataNamespace: 'kata-containers',
  output: 'yaml',
} as const
const manifests = (text: string): KubeObject[] => loadAll(text) as KubeObject[]
const summary = (objects: readonly KubeObject[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${[metadata.namespace, metadata.name].filter(Boolean).join('/')}`)

describe('rbac', () => {
  it('prints ClusterRole and Role, and bindings for whom they are asked for', async () => {
    expect(summary(manifests(await rbac(defaults)))).to.deep.equal([
      'ClusterRole kata-conformance-run',
      'Role kata-containers/kata-conformance-run',
    ])
    const bound = manifests(
      await rbac({ ...defaults, serviceAccount: 'ci/suite', name: 'a', kataNamespace: 'kube-system' }),
    )
    expect(summary(bound)).to.deep.equal([
      'ClusterRole a',
      'ClusterRoleBinding a',
      'Role kube-system/a',
      'RoleBinding kube-system/a',
    ])
    for (const { subjects, roleRef } of bound.filter(({ kind }) => kind.endsWith('Binding'))) {
      expect(subjects).to.deep.equal([{ kind: 'ServiceAccount', name: 'suite', namespace: 'ci' }])
      expect(roleRef).to.include({ name: 'a' })
    }
  })

  it('says the reason of each rule beside it', async () => {
    const all = { ...defaults, allowNodeChanges: true, shards: true, allowClusterPolicy: true, canaryNode: true }
    const commands = ['upgrade', 'run', 'clean'] as const
    const text = (await Promise.all(commands.map((command) => rbac({ ...all, for: command })))).join('')
    for (const { why } of accessRules) expect(text).to.include(`  # ${why}\n`)
  })

  it('is the same as JSON', async () => {
    for (const command of ['run', 'upgrade', 'clean', 'doctor'] as const) {
      const options = { ...defaults, for: command, user: 'somebody' }
      const { items } = JSON.parse(await rbac({ ...options, output: 'json' })) as { items: KubeObject[] }
      expect(manifests(await rbac(options))).to.deep.equal(items)
    }
  })

  it('asks no more for a release than that release does', async () => {
    const has = async (kubernetes?: string) =>
      /pods\/exec\]\n {4}verbs: \[create\]/.test(await rbac({ ...defaults, ...(kubernetes ? { kubernetes } : {}) }))
    expect([await has('1.34'), await has('v1.35.2'), await has()]).to.deep.equal([false, true, true])
  })

  it('is taken by the API server as it is', async () => {
    const target = await startTarget()
    try {
      for (const command of ['run', 'upgrade', 'clean', 'doctor'] as const)
        for (const object of manifests(await rbac({ ...defaults, for: command, group: 'testers' })))
          await target.cluster.create(object)
    } finally {
      await target.close()
    }
  })
})
