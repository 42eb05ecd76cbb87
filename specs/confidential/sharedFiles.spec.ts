import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { sha256 } from '../../helpers/guest/fileInPod.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { linesInPod } from '../../helpers/guest/linesInPod.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import { configMap } from '../../helpers/objects/configMap.ts'
import { classes } from '../../helpers/oracles/applicability.ts'
import { confidentialClass, runnableHere } from '../../helpers/oracles/confidentialClass.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const confidential = classes(confidentialClass, runnableHere)

/** A regular file of the node which every distribution with systemd has. Only its hash leaves the node. */
const ownFile = '/etc/machine-id'

behaviour('KATA-TEE-002', {
  on: confidential,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).hostPath(ownFile, '/of-host', { readOnly: true }) }),
  async check({ pods: { pod }, node, api, runtimeClass, expect }) {
    const ofNode = await node.sha256(ownFile)
    if (ofNode === null) throw new FactUnknownError(`a file of the node`, `${ownFile} is not there`)
    await expectInVm({ api, expect, runtimeClass }, pod)
    expect(await sha256(pod, '/of-host'), "SHA-256 of a hostPath in the guest, beside the node's").to.equal(ofNode)
    const all = await mounts(pod)
    expect(
      all.filter(({ type }) => type === 'virtiofs' || type === '9p').map(({ target }) => target),
      'mounts of a confidential guest that its host shares',
    ).to.deep.equal([])
    expect(mountOn(all, '/of-host') ? 'a mount' : 'none', 'what the copy lies on').to.equal('a mount')
    const { virtiofsds } = await node.sandbox(pod.uid)
    expect(
      virtiofsds.map(({ comm }) => comm),
      'virtiofsd processes of the sandbox',
    ).to.deep.equal([])
  },
  killedBy: {
    'confidential-guests-share-files': 'mounts of a confidential guest that its host shares',
    'confidential-copies-empty': 'SHA-256 of a hostPath in the guest',
  },
})

/** A guest that shares files sees a change after 1 s (virtio_fs_cache = auto); the shim's own watcher of copies reacts at once. */
const unseenForMs = 60_000

behaviour('KATA-TEE-003', {
  on: confidential,
  pods: () => ({}),
  furtherPods: 1,
  async check({ changes, createPod, api, runtimeClass, expect }) {
    const folder = await changes.folder({ file: 'as it was\n' })
    const pod = await createPod(busybox(runtimeClass).hostPath(folder.path, '/of-host', { type: 'Directory' }))
    await expectInVm({ api, expect, runtimeClass }, pod)
    await folder.write('file', 'as it is\n')
    expect(await folder.read('file'), 'the file on the host after it was changed').to.equal('as it is\n')
    const { seen } = await linesInPod(pod, '/of-host/file', 'as it is', unseenForMs, 1000)
    expect(seen, 'a change of the host, seen in the guest within a minute').to.equal(false)
    expect((await pod.read(['cat', '/of-host/file'])).stdout, 'the file in the guest after it was changed').to.equal(
      'as it was\n',
    )
  },
  timeoutMs: unseenForMs + 60_000,
  killedBy: {
    'confidential-guests-share-files': 'a change of the host, seen in the guest',
    'confidential-copies-follow-the-host': 'a change of the host, seen in the guest',
    'confidential-copies-empty': 'the file in the guest after it was changed',
  },
})

behaviour('KATA-TEE-004', {
  on: confidential,
  pods: () => ({}),
  furtherPods: 1,
  async check({ changes, createPod, api, runtimeClass, expect }) {
    const folder = await changes.folder({ file: 'of the host\n' })
    const pod = await createPod(busybox(runtimeClass).hostPath(folder.path, '/of-host', { type: 'Directory' }))
    await expectInVm({ api, expect, runtimeClass }, pod)
    const written = await pod.exec(['sh', '-c', 'echo of the guest >/of-host/file && sync && cat /of-host/file'])
    expect(written.stdout, 'what the guest reads of what it wrote').to.equal('of the guest\n')
    expect(await folder.read('file'), 'the file on the host while the guest runs').to.equal('of the host\n')
    await pod.delete()
    expect(await folder.read('file'), 'the file on the host after the guest ended').to.equal('of the host\n')
  },
  killedBy: {
    'confidential-guests-share-files': 'the file on the host while the guest runs',
    'confidential-copies-follow-the-host': 'the file on the host while the guest runs',
    'confidential-writes-reach-the-host': 'the file on the host after the guest ended',
  },
})

behaviour('KATA-TEE-010', {
  on: confidential,
  pods: () => ({}),
  furtherPods: 1,
  async check({ changes, createPod, api, runtimeClass, finding, expect }) {
    const folder = await changes.folder({ first: 'one\n', second: 'two\n' })
    const pod = await createPod(busybox(runtimeClass).hostPath(folder.path, '/of-host', { type: 'Directory' }))
    await expectInVm({ api, expect, runtimeClass }, pod)
    await folder.write('third', 'three\n')
    const { stdout } = await pod.read(['sh', '-c', 'cd /of-host && for name in *; do echo "$name $(cat $name)"; done'])
    expect(stdout, 'files of a hostPath in the guest: those that were there when it started').to.equal(
      'first one\nsecond two\n',
    )
    finding(`the copies lie on ${mountOn(await mounts(pod), '/of-host')?.type ?? 'no mount of their own'}`)
    const { seen } = await linesInPod(pod, '/of-host/third', 'three', unseenForMs, 1000)
    expect(seen, 'a file that the host made later, seen in the guest within a minute').to.equal(false)
  },
  timeoutMs: unseenForMs + 60_000,
  killedBy: {
    'confidential-guests-share-files': 'files of a hostPath in the guest',
    'confidential-copies-follow-the-host': 'files of a hostPath in the guest',
    'confidential-copies-empty': 'files of a hostPath in the guest',
  },
})

/** As long as the kubelet may take for an update of a running pod. */
const updatedWithinMs = 180_000

// The guide says that an update needs a new pod; the Go shim has a watcher that copies updates (fs_share_linux.go, 3.26.0). Either is recorded.
behaviour('KATA-TEE-005', {
  on: confidential,
  objects: () => ({ settings: configMap({ shade: 'light' }) }),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).configMap('settings', '/settings') }),
  furtherPods: 1,
  async check({ pods: { pod }, objects, createPod, api, runtimeClass, finding, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    expect((await pod.read(['cat', '/settings/shade'])).stdout, 'the first value of a ConfigMap').to.equal('light')
    await objects['settings']?.patch({ data: { shade: 'dark' } })
    const { seen, ms } = await linesInPod(pod, '/settings/shade', 'dark', updatedWithinMs, 1000)
    finding(seen ? `updated in the running pod after ${ms} ms` : 'not updated in the running pod')
    await pod.delete()
    const again = await createPod(
      busybox(runtimeClass).volume('settings', { configMap: { name: objects['settings']?.name ?? '' } }, '/settings'),
    )
    expect((await again.read(['cat', '/settings/shade'])).stdout, 'the value of a ConfigMap in a new pod').to.equal(
      'dark',
    )
  },
  timeoutMs: updatedWithinMs + 90_000,
  killedBy: { 'confidential-configuration-kept': 'the value of a ConfigMap' },
})
