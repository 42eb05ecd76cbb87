import { expect } from 'chai'
import { completeManifest } from '../../../helpers/pods/podManifest.ts'
import { ImageError, loadImages } from '../../../helpers/pods/images.ts'
import { busybox, idle, pod } from '../../../helpers/pods/pod.ts'
import type { Pod } from '../../../helpers/pods/podBuilder.ts'

const specOf = (built: Pod): Record<string, unknown> => built.build().manifest['spec'] as Record<string, unknown>

describe('the pod builder', () => {
  it('describes the least pod: one idle container of the class', () => {
    expect(busybox('kata-qemu').build()).to.deep.equal({
      awaited: 'ready',
      timeoutMs: 120_000,
      shared: true,
      elsewhere: false,
      after: null,
      mayBeUnschedulable: false,
      privileged: false,
      manifest: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {},
        spec: {
          runtimeClassName: 'kata-qemu',
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          containers: [
            { name: 'main', image: 'busybox', imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', idle] },
          ],
        },
      },
    })
  })

  it('leaves the class out for the default runtime, and the command to the image', () => {
    expect(specOf(busybox(undefined))).to.not.have.property('runtimeClassName')
    expect(specOf(pod('nginx', undefined))['containers']).to.deep.equal([
      { name: 'main', image: 'nginx', imagePullPolicy: 'IfNotPresent' },
    ])
  })

  it('never changes what it was made from', () => {
    const base = busybox('k')
    const before = JSON.stringify(base.build())
    base.limits({ memory: '1Gi' }).hostPID().emptyDir('/x').container('second', idle).unshared()
    expect(JSON.stringify(base.build())).to.equal(before)
  })

  it('takes further containers as script, as fields, and as change of the default', () => {
    const built = busybox('k')
      .container('a', 'echo a', { tty: true })
      .container('b', { command: ['true'] })
      .container('c', (container) => container.script('echo c').limits({ memory: '64Mi' }))
      .initContainer('i', 'true')
    const { containers, initContainers } = specOf(built) as {
      containers: { name: string; command: string[] }[]
      initContainers: object[]
    }
    expect(containers.map(({ name, command }) => `${name}: ${command.join(' ')}`)).to.deep.equal([
      `main: sh -c ${idle}`,
      'a: sh -c echo a',
      'b: true',
      'c: sh -c echo c',
    ])
    expect(containers[1]).to.include({ tty: true, image: 'busybox' })
    expect(containers[3]).to.deep.include({ resources: { limits: { memory: '64Mi' } } })
    expect(initContainers).to.have.lengthOf(1)
  })

  it('mounts volumes by their own names', () => {
    const spec = specOf(
      busybox('k')
        .hostPath('/proc', '/host/proc', { type: 'Directory', readOnly: true })
        .emptyDir('/tmp/x', { medium: 'Memory', sizeLimit: '8Mi' })
        .claim('data', '/dev/x', { device: true }),
    )
    expect(spec['volumes']).to.deep.equal([
      { name: 'volume-1', hostPath: { path: '/proc', type: 'Directory' } },
      { name: 'volume-2', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
      { name: 'volume-3', persistentVolumeClaim: { claimName: 'data' } },
    ])
    expect((spec['containers'] as object[])[0]).to.deep.include({
      volumeMounts: [
        { name: 'volume-1', mountPath: '/host/proc', readOnly: true },
        { name: 'volume-2', mountPath: '/tmp/x' },
      ],
      volumeDevices: [{ name: 'volume-3', devicePath: '/dev/x' }],
    })
  })

  it('brings a file without an object beside the pod', () => {
    const { manifest } = busybox('k').configFile('/etc/marker', 'text').build()
    expect(manifest.metadata.annotations).to.deep.equal({ 'kata-conformance.dev/volume-1': 'text' })
    expect(JSON.stringify(manifest['spec'])).to.contain(`metadata.annotations['kata-conformance.dev/volume-1']`)
  })

  const baseline: [string, Pod, boolean][] = [
    ['a bare pod', busybox('k'), false],
    ['emptyDir and claims', busybox('k').emptyDir('/x').claim('c', '/y'), false],
    ['CHOWN', busybox('k').capabilities({ add: ['CHOWN'], drop: ['ALL'] }), false],
    ['a safe sysctl', busybox('k').sysctls({ 'net.ipv4.tcp_syncookies': '1' }), false],
    ['NET_ADMIN', busybox('k').capabilities({ add: ['NET_ADMIN'] }), true],
    ['privileged', busybox('k').privileged(), true],
    ['privileged in an init container', busybox('k').initContainer('i', (container) => container.privileged()), true],
    ['hostPath', busybox('k').hostPath('/etc', '/x'), true],
    ['hostPID', busybox('k').hostPID(), true],
    ['hostIPC', busybox('k').hostIPC(), true],
    ['hostNetwork', busybox('k').hostNetwork(), true],
    ['an unsafe sysctl', busybox('k').sysctls({ 'kernel.msgmax': '1' }), true],
    ['a host port', busybox('k').main((main) => main.with({ ports: [{ containerPort: 1, hostPort: 1 }] })), true],
  ]
  for (const [what, built, privileged] of baseline) {
    it(`${what} ${privileged ? 'needs' : 'does not need'} the privileged namespace`, () =>
      expect(built.build().privileged).to.equal(privileged))
  }

  it('stays where its check binds it, without a condition on top', () => {
    const { manifest } = busybox('kata-qemu').boundTo('plain-1').build()
    const by = { name: 'x', namespace: 'n', labels: {}, node: 'kata-1', images: loadImages() }
    expect(completeManifest(manifest, by).spec).to.include({ nodeName: 'plain-1' }).and.not.have.property('affinity')
  })

  it('is completed by name, labels, image and node', () => {
    const by = {
      name: 'x',
      namespace: 'n',
      labels: { run: 'r' },
      node: 'node-1',
      images: loadImages(['busybox=registry.example:5000/b/busybox@sha256:' + 'a'.repeat(64)]),
    }
    const manifest = completeManifest(busybox('k').labels({ app: 'a' }).build().manifest, by)
    expect(manifest.metadata).to.deep.equal({ name: 'x', namespace: 'n', labels: { app: 'a', run: 'r' } })
    const spec = manifest['spec'] as { affinity: object; containers: { image: string }[]; nodeName?: string }
    expect(spec.containers[0]?.image).to.match(/^registry.example:5000\/b\/busybox@sha256:a+$/)
    expect(spec.nodeName).to.equal(undefined)
    expect(spec.affinity).to.deep.equal({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }],
        },
      },
    })
  })
})

describe('images', () => {
  const wrong: [string, RegExp][] = [
    ['busybox', /expected NAME=REFERENCE/],
    ['busibox=x/y:1', /no check uses an image "busibox": did you mean busybox\?/],
    ['busybox=No Such Ref', /"No Such Ref" is not an image reference$/],
    ['busybox=', /"" is not an image reference$/],
  ]
  for (const [replacement, message] of wrong) {
    it(`refuses --image ${replacement}`, () => expect(() => loadImages([replacement])).to.throw(ImageError, message))
  }

  it('takes references as they are, and no unknown names', () => {
    const images = loadImages()
    expect(images.resolve('quay.io/a/b:1')).to.equal('quay.io/a/b:1')
    expect(images.resolve('busybox')).to.equal(images.all['busybox'])
    expect(() => images.resolve('iperf')).to.throw(ImageError, /did you mean iperf3\?/)
  })
})
