import { expect } from 'chai'
import { KubeApiError } from '../../../sim/kubeClient.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import { busyboxPod, PODS, startControlPlane, type ControlPlane } from './controlPlane.ts'
import { conditionOf, specOf, statusOf } from './seen.ts'
import { ready } from './testNode.ts'

const meta = (name: string, more: Record<string, unknown> = {}) => ({ name, namespace: 'default', ...more })
const template = {
  metadata: { labels: { app: 'x' } },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'busybox:1.36' }] },
}
const selector = { matchLabels: { app: 'x' } }

describe('controllers', () => {
  let cluster: ControlPlane
  beforeEach(async () => {
    cluster = await startControlPlane()
    await cluster.addNode('node-a')
    await cluster.until('/api/v1/namespaces/default/serviceaccounts', 'default', (account) => account !== null)
  })
  afterEach(() => cluster.close())

  const pods = async () => (await cluster.client.list(PODS)).items
  const exit = async (match: RegExp, code: number) => {
    const runtime = cluster.runtimes.get('node-a')!
    const sandbox = [...runtime.sandboxes].find(([, config]) => match.test(config.podName))
    const id = runtime.ids('main').find((one) => runtime.containerStatus(one)?.sandboxId === sandbox?.[0])
    runtime.exit(id!, code)
  }

  it('give a namespace its account and root CA, and empty it when it goes', async () => {
    await cluster.client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } })
    await cluster.until('/api/v1/namespaces/n/configmaps', 'kube-root-ca.crt', (object) => object !== null)
    await cluster.until('/api/v1/namespaces/n/serviceaccounts', 'default', (object) => object !== null)
    const pod = busyboxPod('p')
    await cluster.client.create('/api/v1/namespaces/n/pods', { ...pod, metadata: { name: 'p', namespace: 'n' } })
    await cluster.until('/api/v1/namespaces/n/pods', 'p', (object) => object !== null && ready(object))
    await cluster.client.delete('/api/v1/namespaces/n')
    await cluster.until('/api/v1/namespaces', 'n', (object) => object === null)
    expect(
      (await cluster.client.list('/api/v1/events')).items.filter((event) => event.metadata.namespace === 'n'),
    ).to.deep.equal([])
  })

  it('tell what a namespace still waits for', async () => {
    await cluster.client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } })
    const held: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'f', namespace: 'n', finalizers: ['example.org/hold'] },
    }
    await cluster.client.create('/api/v1/namespaces/n/configmaps', held)
    await cluster.client.delete('/api/v1/namespaces/n')
    const told = (type: string) => (object: KubeObject | null) => conditionOf(object, type)?.message
    const waiting = await cluster.until('/api/v1/namespaces', 'n', (object) =>
      Boolean(told('NamespaceContentRemaining')(object)),
    )
    expect(told('NamespaceContentRemaining')(waiting)).to.equal(
      'Some resources are remaining: configmaps. has 1 resource instances',
    )
    expect(told('NamespaceFinalizersRemaining')(waiting)).to.equal(
      'Some content in the namespace has finalizers remaining: example.org/hold in 1 resource instances',
    )
    await cluster.client.patch(
      '/api/v1/namespaces/n/configmaps/f',
      { metadata: { finalizers: null } },
      'application/merge-patch+json',
    )
    await cluster.until('/api/v1/namespaces', 'n', (object) => object === null)
  })

  it('delete what has lost its owner', async () => {
    const path = '/api/v1/namespaces/default/configmaps'
    const owner = await cluster.client.create(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('owner') })
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }]
    await cluster.client.create(path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: meta('owned', { ownerReferences }),
    })
    await cluster.client.create(path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: meta('stray', {
        ownerReferences: [{ ...ownerReferences[0], uid: '00000000-0000-4000-8000-000000000000' }],
      }),
    })
    await cluster.until(path, 'stray', (object) => object === null)
    expect(await cluster.client.get(`${path}/owned`)).to.nested.include({ 'metadata.name': 'owned' })
    await cluster.client.delete(`${path}/owner`)
    await cluster.until(path, 'owned', (object) => object === null)
  })

  it('run a Deployment, roll it over and take it down', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments'
    await cluster.client.create(path, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: { replicas: 2, selector, template },
    })
    await cluster.until(path, 'd', (object) => statusOf(object).availableReplicas === 2)
    const before = (await pods()).map((pod) => pod.metadata.name)
    await cluster.client.patch(
      `${path}/d`,
      { spec: { template: { spec: { containers: [{ name: 'main', image: 'busybox:1.37' }] } } } },
      'application/merge-patch+json',
    )
    await cluster.until(path, 'd', (object) => {
      const status = statusOf(object)
      return (
        status.observedGeneration === object?.metadata['generation'] &&
        status.updatedReplicas === 2 &&
        status.replicas === 2 &&
        status.availableReplicas === 2
      )
    })
    const active = (await pods()).filter((pod) => !pod.metadata.deletionTimestamp)
    expect(active.map((pod) => specOf(pod).containers?.[0]?.image)).to.deep.equal(['busybox:1.37', 'busybox:1.37'])
    expect(active.map((pod) => pod.metadata.name)).not.to.include.members(before)
    await cluster.client.delete(`${path}/d`, { propagationPolicy: 'Background' })
    for (const pod of active) await cluster.until(PODS, pod.metadata.name, (object) => object === null)
  })

  it('run an Indexed Job to its end', async () => {
    const path = '/apis/batch/v1/namespaces/default/jobs'
    const spec = {
      completions: 2,
      parallelism: 2,
      completionMode: 'Indexed',
      template: { spec: { ...template.spec, restartPolicy: 'Never' } },
    }
    await cluster.client.create(path, { apiVersion: 'batch/v1', kind: 'Job', metadata: meta('j'), spec })
    await cluster.until(path, 'j', (object) => statusOf(object).ready === 2)
    expect(
      (await pods()).map((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']).sort(),
    ).to.deep.equal(['0', '1'])
    await exit(/^j-0/, 0)
    await exit(/^j-1/, 0)
    const job = await cluster.until(path, 'j', (object) => conditionOf(object, 'Complete') !== undefined)
    expect(statusOf(job)).to.include({ succeeded: 2, active: 0, completedIndexes: '0-1' })
  })

  it('give a Job up after its back-off limit', async () => {
    const path = '/apis/batch/v1/namespaces/default/jobs'
    await cluster.client.create(path, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: meta('j'),
      spec: { backoffLimit: 0, template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
    })
    await cluster.until(path, 'j', (object) => statusOf(object).ready === 1)
    await exit(/^j-/, 3)
    const job = await cluster.until(path, 'j', (object) => conditionOf(object, 'Failed') !== undefined)
    expect(statusOf(job).conditions?.at(-1)).to.include({
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    })
  })

  it('place a DaemonSet on every node, new ones too', async () => {
    const path = '/apis/apps/v1/namespaces/default/daemonsets'
    await cluster.client.create(path, {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: meta('ds'),
      spec: { selector, template },
    })
    await cluster.until(path, 'ds', (object) => statusOf(object).numberReady === 1)
    await cluster.addNode('node-b')
    await cluster.until(path, 'ds', (object) => statusOf(object).numberReady === 2)
    expect((await pods()).map((pod) => specOf(pod).nodeName).sort()).to.deep.equal(['node-a', 'node-b'])
  })

  it('bind a claim to the smallest volume that suits it, and let a pod use it', async () => {
    const volume = (name: string, storage: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'manual',
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: `/srv/${name}` },
      },
    })
    for (const [name, storage] of [
      ['big', '10Gi'],
      ['fit', '2Gi'],
      ['small', '1Mi'],
    ] as const)
      await cluster.client.create('/api/v1/persistentvolumes', volume(name, storage))
    const claims = '/api/v1/namespaces/default/persistentvolumeclaims'
    await cluster.client.create(
      PODS,
      busyboxPod('p', {
        volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }],
        containers: [{ name: 'main', image: 'busybox:1.36', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      }),
    )
    await cluster.client.create(claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: meta('c'),
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage: '1Gi' } } },
    })
    const claim = await cluster.until(claims, 'c', (object) => statusOf(object).phase === 'Bound')
    expect(specOf(claim).volumeName).to.equal('fit')
    await cluster.until(PODS, 'p', (pod) => pod !== null && ready(pod))
    await cluster.client.delete(`${PODS}/p`)
    await cluster.until(PODS, 'p', (pod) => pod === null)
    await cluster.client.delete(`${claims}/c`)
    await cluster.until('/api/v1/persistentvolumes', 'fit', (object) => statusOf(object).phase === 'Released')
  })

  it('keep the status of a ResourceQuota', async () => {
    const path = '/api/v1/namespaces/default/resourcequotas'
    await cluster.client.create(path, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: meta('q'),
      spec: { hard: { pods: '5', 'requests.cpu': '2' } },
    })
    await cluster.client
      .create(
        PODS,
        busyboxPod('p', {
          containers: [{ name: 'main', image: 'busybox:1.36', resources: { requests: { cpu: '250m' } } }],
        }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof KubeApiError)) throw error
      })
    const quota = await cluster.until(path, 'q', (object) => statusOf(object).used?.pods === '1')
    expect(statusOf(quota).used).to.deep.equal({ pods: '1', 'requests.cpu': '250m' })
  })
})
