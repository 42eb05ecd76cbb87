import { expect } from 'chai'
import { specOf, statusOf, waitingOf } from './seen.ts'
import { condition, phase, PODS, ready, startTestNode, type TestNode } from './testNode.ts'

describe('kubelet', () => {
  let node: TestNode
  beforeEach(async () => {
    node = await startTestNode()
  })
  afterEach(() => node.close())

  it('registers its node with address, port and a lease', async () => {
    const registered = await node.api.get('/api/v1/nodes/node-a')
    expect(statusOf(registered).daemonEndpoints?.kubeletEndpoint.Port).to.equal(node.endpoint.port)
    expect(condition(registered, 'Ready')).to.equal('True')
    expect(registered.metadata.labels).to.include({ 'kubernetes.io/hostname': 'node-a' })
    expect(
      specOf(await node.api.get('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-a'))
        .holderIdentity,
    ).to.equal('node-a')
  })

  it('writes the status of a plain life three times', async () => {
    await node.run('p')
    await node.until('p', ready, 'ready')
    await node.api.delete(`${PODS}/p`)
    await node.api.untilGone(`${PODS}/p`)
    expect(node.api.writes.filter((write) => write.endsWith('/pods/p/status'))).to.have.length(3)
  })

  it('pulls with back-off, in the words of a real kubelet', async () => {
    await node.run('p', { containers: [{ name: 'main', image: 'no.such.registry.invalid/x:1' }] })
    await node.until('p', (pod) => waitingOf(pod)?.reason === 'ImagePullBackOff', 'backing off')
    const failure =
      'failed to pull and unpack image "no.such.registry.invalid/x:1": failed to resolve reference "no.such.registry.invalid/x:1": failed to do request: Head "https://no.such.registry.invalid/v2/x/manifests/1": dial tcp: lookup no.such.registry.invalid: no such host'
    const shown = node.api.history.map(({ object }) => waitingOf(object)).filter((state) => state?.message)
    expect(shown.slice(0, 2)).to.deep.equal([
      { reason: 'ErrImagePull', message: failure },
      {
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "no.such.registry.invalid/x:1": ErrImagePull: ${failure}`,
      },
    ])
    const messages = node.events('p').map(({ type, reason, message }) => `${type} ${reason} ${message}`)
    expect(messages).to.include.members([
      'Normal Pulling Pulling image "no.such.registry.invalid/x:1"',
      `Warning Failed Failed to pull image "no.such.registry.invalid/x:1": ${failure}`,
      'Warning Failed Error: ErrImagePull',
      'Normal BackOff Back-off pulling image "no.such.registry.invalid/x:1"',
      'Warning Failed Error: ImagePullBackOff',
    ])
  })

  it('fills the environment from services, fields, ConfigMaps and earlier variables', async () => {
    await node.api.create('/api/v1/namespaces/default/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'default' },
      data: { key: 'value' },
    })
    const env = [
      { name: 'A', value: 'a' },
      { name: 'B', value: '$(A)b $(NONE) $$(A)' },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'KEY', valueFrom: { configMapKeyRef: { name: 'c', key: 'key' } } },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ]
    await node.run('p', {
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          env,
          command: ['echo', '$(B)'],
          resources: { limits: { cpu: '1500m', memory: '64Mi' } },
        },
      ],
    })
    await node.until('p', ready, 'ready')
    const config = node.runtime.config(node.runtime.ids('main')[0]!)
    expect(config.env).to.include({
      B: 'ab $(NONE) $(A)',
      NODE: 'node-a',
      KEY: 'value',
      CPU: '2',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
    })
    expect(config.command).to.deep.equal(['echo', 'ab $(NONE) $(A)'])
    expect(config.resources).to.include({
      cpuQuota: 150_000,
      cpuPeriod: 100_000,
      memoryLimitBytes: 64 * 1024 * 1024,
      cpuShares: 1536,
      oomScoreAdj: -997,
    })
  })

  it('cannot configure a container without its ConfigMap', async () => {
    await node.run('p', {
      containers: [{ name: 'main', image: 'busybox:1.36', envFrom: [{ configMapRef: { name: 'none' } }] }],
    })
    const pod = await node.until('p', (one) => waitingOf(one)?.reason === 'CreateContainerConfigError', 'refused')
    expect(waitingOf(pod)?.message).to.equal('configmap "none" not found')
  })

  it('tells the sandbox limits, overhead and cgroup', async () => {
    const pod = await node.run('p', {
      overhead: { cpu: '250m', memory: '160Mi' },
      hostPID: true,
      containers: [{ name: 'main', image: 'busybox:1.36', resources: { limits: { memory: '128Mi' } } }],
    })
    await node.until('p', ready, 'ready')
    const [sandbox] = [...node.runtime.sandboxes.values()]
    expect(sandbox).to.deep.include({
      resources: { cpuQuota: null, memoryLimitBytes: 128 * 1024 * 1024 },
      overhead: { cpuMillicores: 250, memoryBytes: 160 * 1024 * 1024 },
      namespaces: { network: 'POD', ipc: 'POD', pid: 'NODE' },
      dns: {
        servers: ['10.96.0.10'],
        searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
        options: ['ndots:5'],
      },
    })
    expect(sandbox!.cgroupParent).to.equal(
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${pod.metadata.uid!.replaceAll('-', '_')}.slice`,
    )
  })

  it('rejects what does not fit, with conditions and all', async () => {
    await node.run('p', {
      containers: [{ name: 'main', image: 'busybox:1.36', resources: { requests: { cpu: '64' } } }],
    })
    const pod = await node.until('p', phase('Failed'), 'rejected')
    expect(pod['status']).to.include({
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 64000, used: 0, capacity: 4000",
    })
    expect(pod['status']).not.to.have.property('conditions')
  })

  it('admits by the labels that the node has now', async () => {
    await node.api.patch('/api/v1/nodes/node-a', { metadata: { labels: { 'katacontainers.io/kata-runtime': 'true' } } })
    await node.run('p', { nodeSelector: { 'katacontainers.io/kata-runtime': 'true' } })
    await node.until('p', ready, 'ready')
  })

  it('runs preStop before it stops a container', async () => {
    const commands: string[] = []
    node.runtime.command = (argv) => {
      commands.push(argv.join(' '))
      return { exitCode: 0 }
    }
    await node.run('p', {
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          lifecycle: { postStart: { exec: { command: ['hello'] } }, preStop: { exec: { command: ['bye'] } } },
        },
      ],
    })
    await node.until('p', ready, 'ready')
    await node.api.delete(`${PODS}/p`)
    await node.api.untilGone(`${PODS}/p`)
    expect(commands).to.deep.equal(['hello', 'bye'])
  })

  it('stops what a forced deletion leaves behind', async () => {
    await node.run('p')
    await node.until('p', ready, 'ready')
    await node.api.delete(`${PODS}/p`, { gracePeriodSeconds: 0 })
    for (let turn = 0; turn < 100 && node.kubelet.pods > 0; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 1))
    expect(node.kubelet.pods).to.equal(0)
    expect(node.runtime.calls.some((call) => call.startsWith('stopContainer main'))).to.equal(true)
    expect(node.runtime.sandboxes.size).to.equal(0)
  })

  it('waits for readiness gates', async () => {
    await node.run('p', { readinessGates: [{ conditionType: 'example.org/gate' }] })
    const pod = await node.until('p', (one) => condition(one, 'ContainersReady') === 'True', 'containers ready')
    expect(condition(pod, 'Ready')).to.equal('False')
    const conditions = [...(statusOf(pod).conditions ?? []), { type: 'example.org/gate', status: 'True' }]
    await node.api.patch(`${PODS}/p/status`, { status: { conditions } })
    await node.until('p', ready, 'ready')
  })
})
