import { expect } from 'chai'
import { probePodManifest } from '../../../helpers/node/probePod.ts'

describe('probe pod', () => {
  const manifest = probePodManifest({
    namespace: 'suite',
    node: 'n1',
    labels: { run: 'x' },
    image: 'registry.local/busybox:1',
  })
  const spec = manifest['spec'] as Record<string, unknown> & { containers: Record<string, unknown>[] }

  it('is of the default runtime, on its node whatever that node refuses, without credentials', () => {
    expect(spec).to.not.have.property('runtimeClassName')
    expect(spec).to.deep.include({
      nodeName: 'n1',
      hostPID: true,
      hostNetwork: false,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
    })
    expect(manifest.metadata).to.deep.include({ namespace: 'suite', labels: { run: 'x' } })
  })

  it("mounts the host's root read-only, and is ready only once the mounts below are", () => {
    const [container] = spec.containers
    expect(container).to.deep.include({
      image: 'registry.local/busybox:1',
      volumeMounts: [{ name: 'host', mountPath: '/host', readOnly: true, mountPropagation: 'HostToContainer' }],
      startupProbe: { exec: { command: ['test', '-e', '/tmp/sealed'] }, periodSeconds: 1, failureThreshold: 300 },
    })
    expect(JSON.stringify(container?.['command'])).to.contain('remount,bind,ro')
  })
})
