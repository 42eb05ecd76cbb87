import { expect } from 'chai'
import { ready, startTestNode, type TestNode } from './testNode.ts'

const NAMESPACE = '/api/v1/namespaces/default'

describe('volumes of a pod', () => {
  let node: TestNode
  beforeEach(async () => {
    node = await startTestNode()
  })
  afterEach(() => node.close())

  const mount = (name: string, path = '/v') => {
    const found = node.runtime
      .config(node.runtime.ids('main').at(-1)!)
      .mounts.find(({ containerPath }) => containerPath === path)
    if (!found) throw new Error(`${name} has no mount at ${path}`)
    return found
  }
  const content = (path: string) => Buffer.from(node.runtime.host.readFile(path) ?? []).toString()
  const runWith = async (
    volume: Record<string, unknown>,
    mountFields: Record<string, unknown> = {},
    more: Record<string, unknown> = {},
  ) => {
    const pod = await node.run('p', {
      volumes: [{ name: 'v', ...volume }],
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          volumeMounts: [{ name: 'v', mountPath: '/v', ...mountFields }],
          ...more,
        },
      ],
    })
    return pod.metadata.uid
  }
  const configMap = (data: Record<string, string>) =>
    node.api.create(`${NAMESPACE}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'default' },
      data,
    })

  it('emptyDir is a directory below the pod, or a tmpfs', async () => {
    const uid = await runWith({ emptyDir: { medium: 'Memory', sizeLimit: '32Mi' } })
    await node.until('p', ready, 'ready')
    expect(mount('p').hostPath).to.equal(`/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~empty-dir/v`)
    expect(node.runtime.files.get(mount('p').hostPath)?.content).to.equal(`tmpfs ${32 * 1024 * 1024}`)
  })

  it('a subPath of an emptyDir is made on the host', async () => {
    await runWith({ emptyDir: {} }, { subPath: 'dir' })
    await node.until('p', ready, 'ready')
    expect(mount('p').hostPath).to.match(/kubernetes\.io~empty-dir\/v\/dir$/)
    expect(node.runtime.host.kindOf(mount('p').hostPath)).to.equal('directory')
  })

  it('a ConfigMap is shown through ..data, follows updates, and not as a subPath', async () => {
    await configMap({ key: 'old' })
    await node.run('p', {
      volumes: [{ name: 'v', configMap: { name: 'c' } }],
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          volumeMounts: [
            { name: 'v', mountPath: '/v' },
            { name: 'v', mountPath: '/file', subPath: 'key' },
          ],
        },
      ],
    })
    await node.until('p', ready, 'ready')
    const whole = mount('p').hostPath
    expect([mount('p').readonly, mount('p', '/file').readonly]).to.deep.equal([true, true])
    expect(content(`${whole}/key`)).to.equal('old')
    await node.api.patch(`${NAMESPACE}/configmaps/c`, { data: { key: 'new', more: 'x' } })
    for (let turn = 0; turn < 1000 && content(`${whole}/key`) !== 'new'; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5))
    expect(content(`${whole}/key`)).to.equal('new')
    expect(content(`${whole}/more`)).to.equal('x')
    expect(content(mount('p', '/file').hostPath)).to.equal('old')
  })

  it('waits for a ConfigMap and says so', async () => {
    await runWith({ configMap: { name: 'c' } })
    await node.api.until(`${NAMESPACE}/events`, (event) => event['reason'] === 'FailedMount', 'FailedMount')
    expect(node.events('p')[0]).to.include({
      type: 'Warning',
      message: 'MountVolume.SetUp failed for volume "v" : configmap "c" not found',
    })
    await configMap({ key: 'here' })
    await node.until('p', ready, 'ready')
    expect(content(`${mount('p').hostPath}/key`)).to.equal('here')
  })

  it('a Secret is decoded on a tmpfs; items choose and rename', async () => {
    await node.api.create(`${NAMESPACE}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'default' },
      data: { a: Buffer.from('x').toString('base64'), b: Buffer.from('y').toString('base64') },
    })
    await runWith({ secret: { secretName: 's', items: [{ key: 'b', path: 'sub/renamed' }] } })
    await node.until('p', ready, 'ready')
    const path = mount('p').hostPath
    expect(path).to.contain('kubernetes.io~secret/v')
    expect(content(`${path}/sub/renamed`)).to.equal('y')
    expect(content(`${path}/a`)).to.equal('')
    expect(mount('p').readonly).to.equal(true)
  })

  it('a projected volume holds token, CA and fields of the pod', async () => {
    await configMap({ 'ca.crt': 'CA' })
    await node.run(
      'p',
      {
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token' } },
                { configMap: { name: 'c' } },
                { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
              ],
            },
          },
        ],
        containers: [{ name: 'main', image: 'busybox:1.36', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      },
      { labels: { app: 'x', b: 'y' } },
    )
    await node.until('p', ready, 'ready')
    const { hostPath, readonly } = mount('p')
    expect(readonly).to.equal(true)
    expect([content(`${hostPath}/token`), content(`${hostPath}/ca.crt`), content(`${hostPath}/labels`)]).to.deep.equal([
      'a-token',
      'CA',
      'app="x"\nb="y"',
    ])
  })

  for (const [type, words] of Object.entries({
    Directory: 'a directory',
    File: 'a file',
    Socket: 'a socket file',
    CharDevice: 'a character device',
    BlockDevice: 'a block device',
  })) {
    it(`hostPath ${type} must be there`, async () => {
      await runWith({ hostPath: { path: '/nothing', type } })
      await node.api.until(`${NAMESPACE}/events`, (event) => event['reason'] === 'FailedMount', 'FailedMount')
      expect(node.events('p')[0]!.message).to.equal(
        `MountVolume.SetUp failed for volume "v" : hostPath type check failed: /nothing is not ${words}`,
      )
    })
  }

  for (const [type, kind] of [
    ['DirectoryOrCreate', 'directory'],
    ['FileOrCreate', 'file'],
  ] as const) {
    it(`hostPath ${type} is made`, async () => {
      await runWith({ hostPath: { path: '/made', type } })
      await node.until('p', ready, 'ready')
      expect(node.runtime.host.kindOf('/made')).to.equal(kind)
    })
  }

  it('a block claim becomes a device', async () => {
    node.runtime.files.set('/dev/loop2', { kind: 'blockDevice', content: '' })
    await node.api.create('/api/v1/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv' },
      spec: { local: { path: '/dev/loop2' }, volumeMode: 'Block' },
    })
    await node.api.create(`${NAMESPACE}/persistentvolumeclaims`, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'raw', namespace: 'default' },
      spec: { volumeName: 'pv', volumeMode: 'Block' },
      status: { phase: 'Bound' },
    })
    await node.run('p', {
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'raw' } }],
      containers: [{ name: 'main', image: 'busybox:1.36', volumeDevices: [{ name: 'v', devicePath: '/dev/xvda' }] }],
    })
    await node.until('p', ready, 'ready')
    expect(node.runtime.config(node.runtime.ids('main')[0]!).devices).to.deep.equal([
      { containerPath: '/dev/xvda', hostPath: '/dev/loop2', permissions: 'mrw' },
    ])
    expect(node.events('p').filter(({ reason }) => reason === 'SuccessfulMountVolume')).to.have.length(2)
  })

  it('nothing is left when the pod is gone', async () => {
    await runWith({ emptyDir: {} })
    await node.until('p', ready, 'ready')
    await node.api.delete(`${NAMESPACE}/pods/p`)
    await node.api.untilGone(`${NAMESPACE}/pods/p`)
    expect([...node.runtime.files.keys()].filter((path) => path.startsWith('/var/lib/kubelet/pods'))).to.deep.equal([])
  })
})
