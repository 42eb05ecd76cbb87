import { expect } from 'chai'
import type { KubeClient } from '../../../sim/kubeClient.ts'
import { startApiServer } from '../../../sim/apiserver/apiServer.ts'
import { createClock } from '../../../sim/clock.ts'
import { pod, pods, startTestCluster } from './simulatedCluster.ts'
import type { TestCluster } from './simulatedCluster.ts'

const sized = (name: string, memory: string) =>
  pod(name, { containers: [{ name: 'main', image: 'busybox:1', resources: { limits: { memory } } }] })
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    (error: Error) => error.message,
  )

describe('admission of the simulated API server', () => {
  let cluster: TestCluster
  let client: KubeClient

  beforeEach(async () => {
    cluster = await startTestCluster()
    client = cluster.server.client('test')
  })
  afterEach(() => cluster.close())

  it('LimitRanger fills in defaults and holds maxima', async () => {
    await client.create('/api/v1/namespaces/default/limitranges', {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'limits' },
      spec: { limits: [{ type: 'Container', default: { memory: '256Mi' }, max: { memory: '512Mi' } }] },
    })
    const { spec, metadata } = await client.create(pods, pod('defaulted'))
    const [container] = (spec as { containers: { resources: unknown }[] }).containers
    expect(container?.resources).to.deep.equal({ limits: { memory: '256Mi' }, requests: { memory: '256Mi' } })
    expect(metadata.annotations?.['kubernetes.io/limit-ranger']).to.equal(
      'LimitRanger plugin set: memory request for container main; memory limit for container main',
    )
    expect(await messageOf(client.create(pods, sized('big', '1Gi')))).to.equal(
      'pods "big" is forbidden: maximum memory usage per Container is 512Mi, but limit is 1Gi',
    )
  })

  it('ResourceQuota counts the overhead of the RuntimeClass', async () => {
    await client.create('/apis/node.k8s.io/v1/runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'kata' },
      handler: 'kata',
      overhead: { podFixed: { memory: '160Mi' } },
    })
    await client.create('/api/v1/namespaces/default/resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'quota' },
      spec: { hard: { 'requests.memory': '500Mi', pods: '5' } },
    })
    const kata = sized('first', '300Mi')
    await client.create(pods, { ...kata, spec: { ...kata.spec, runtimeClassName: 'kata' } })
    const refused = await messageOf(client.create(pods, sized('second', '50Mi')))
    expect(refused).to.equal(
      'pods "second" is forbidden: exceeded quota: quota, requested: requests.memory=50Mi, used: requests.memory=460Mi, limited: requests.memory=500Mi',
    )
    expect(await messageOf(client.create(pods, pod('third')))).to.equal(
      'pods "third" is forbidden: failed quota: quota: must specify requests.memory for: main',
    )
    expect((await client.get('/api/v1/namespaces/default/resourcequotas/quota'))['status']).to.deep.equal({
      hard: { 'requests.memory': '500Mi', pods: '5' },
      used: { 'requests.memory': '460Mi', pods: '1' },
    })
  })

  it('PodSecurity restricted names every violation', async () => {
    await client.patch('/api/v1/namespaces/default', {
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    })
    const message = await messageOf(
      client.create(pods, pod('lax', { volumes: [{ name: 'host', hostPath: { path: '/etc' } }] })),
    )
    expect(message).to.equal(
      'pods "lax" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), restricted volume types (volume "host" uses restricted volume type "hostPath"), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    )
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    }
    expect(
      await messageOf(
        client.create(pods, pod('strict', { containers: [{ name: 'main', image: 'busybox:1', securityContext }] })),
      ),
    ).to.equal('accepted')
  })

  it('a PriorityClass gives the priority', async () => {
    const { spec } = await client.create(pods, pod('critical', { priorityClassName: 'system-node-critical' }))
    expect(spec).to.include({ priority: 2000001000, preemptionPolicy: 'PreemptLowerPriority' })
    expect(await messageOf(client.create(pods, pod('unknown', { priorityClassName: 'none' })))).to.equal(
      'pods "unknown" is forbidden: no PriorityClass with name none was found',
    )
  })

  it('without the RuntimeClass plug-in nobody adds the overhead', async () => {
    const server = await startApiServer({
      clock: createClock(1),
      admission: { runtimeClass: false, podSecurity: false },
    })
    try {
      const bare = server.client('test')
      await bare.create('/api/v1/namespaces/default/serviceaccounts', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default' },
      })
      const { spec } = await bare.create(pods, pod('plain', { runtimeClassName: 'missing' }))
      expect(spec).to.include({ runtimeClassName: 'missing' }).and.not.to.have.property('overhead')
    } finally {
      await server.close()
    }
  })

  it('roles decide what a ServiceAccount may do', async () => {
    await client.create('/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] }],
    })
    await client.create('/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    })
    const { status } = await client.create('/api/v1/namespaces/default/serviceaccounts/default/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name: '' },
      spec: {},
    })
    const ask = async (path: string, method = 'GET') =>
      (
        await cluster.fetch(path, {
          method,
          headers: { Authorization: `Bearer ${(status as { token: string }).token}` },
        })
      ).status
    expect(await ask(pods)).to.equal(200)
    expect(await ask(`${pods}/none/log`)).to.equal(404)
    expect(await ask(`${pods}/none`, 'DELETE')).to.equal(403)
    expect(await ask('/api/v1/pods')).to.equal(403)
    await client.delete('/api/v1/namespaces/default/serviceaccounts/default')
    expect(await ask(pods)).to.equal(401)
  })
})
