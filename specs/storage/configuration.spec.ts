import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { linesInPod } from '../../helpers/guest/linesInPod.ts'
import { mounts } from '../../helpers/guest/mounts.ts'
import { hypervisorKey } from '../../helpers/node/hypervisorKey.ts'
import { configMap } from '../../helpers/objects/configMap.ts'
import { secret } from '../../helpers/objects/secret.ts'
import { classes, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

// virtio_fs_cache_size is the window of DAX in MiB; upstream's default is 0 (DEFVIRTIOFSCACHESIZE).
behaviour('KATA-STORAGE-008', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods: { pod }, facts, node, api, runtimeClass, finding, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    const size = await hypervisorKey(node, need(facts.class.handler, 'the handler'), 'virtio_fs_cache_size')
    finding(`virtio_fs_cache_size is ${size === undefined ? 'not set' : JSON.stringify(size)}`)
    expect(size ?? 0, 'virtio_fs_cache_size of the effective configuration').to.equal(0)
    const withDax = (await mounts(pod)).filter(
      ({ type, options }) => type === 'virtiofs' && options.some((one) => /^dax/.test(one)),
    )
    expect(
      withDax.map(({ target }) => target),
      'virtiofs mounts with DAX',
    ).to.deep.equal([])
  },
  killedBy: {
    'virtiofs-dax-on': 'virtio_fs_cache_size of the effective configuration',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

/** Sync period of the kubelet and its cache (90 s at the most by default), and what a loaded node adds. */
const withinMs = 180_000

behaviour('KATA-STORAGE-009', {
  on: classes(sharedByVirtiofs, notConfidential),
  objects: () => ({ settings: configMap({ colour: 'blue' }), password: secret({ word: 'first' }) }),
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .configMap('settings', '/settings')
      .configMap('settings', '/fixed/colour', { subPath: 'colour' })
      .secret('password', '/password')
      .volume(
        'both',
        { projected: { sources: [{ configMap: { name: 'settings' } }, { secret: { name: 'password' } }] } },
        '/both',
      ),
  }),
  async check({ pods: { pod }, objects, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    await Promise.all([
      objects['settings']?.patch({ data: { colour: 'green' } }),
      objects['password']?.patch({ stringData: { word: 'second' } }),
    ])
    const [ofMap, ofSecret, ofBoth] = await Promise.all([
      linesInPod(pod, '/settings/colour', 'green', withinMs),
      linesInPod(pod, '/password/word', 'second', withinMs),
      linesInPod(pod, '/both/colour', 'green', withinMs),
    ])
    expect(ofMap.seen, 'the new value of a ConfigMap, in a running pod').to.equal(true)
    expect(ofSecret.seen, 'the new value of a Secret, in a running pod').to.equal(true)
    expect(ofBoth.seen, 'the new value of a ConfigMap by a projected volume, in a running pod').to.equal(true)
    measure('until the new value of a ConfigMap is seen', ofMap.ms, 'ms')
    // Kubernetes, "ConfigMaps": a container that uses it as a subPath does not receive updates.
    expect((await pod.read(['cat', '/fixed/colour'])).stdout, 'the value by subPath').to.equal('blue')
  },
  control: true,
  timeoutMs: withinMs + 60_000,
  killedBy: {
    'subpath-files-are-directories': 'the value by subPath',
    'config-updates-never-arrive': 'the new value of a ConfigMap, in a running pod',
    'projected-volumes-empty': 'the new value of a ConfigMap by a projected volume',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
