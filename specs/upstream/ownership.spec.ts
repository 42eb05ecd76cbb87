import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { linesInPod } from '../../helpers/guest/linesInPod.ts'
import { configMap } from '../../helpers/objects/configMap.ts'
import { secret } from '../../helpers/objects/secret.ts'
import { anyKata, classes, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const notInVm = "boot_id of the pod beside the node's"
const owner = { runAsUser: 1001, fsGroup: 123 }

// The group comes from the set-group-ID bit of the folder, which the kubelet sets on the node, and the agent has to set on a folder of its own.
behaviour('KATA-UPSTREAM-021', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .podSecurityContext(owner)
      .emptyDir('/disk')
      .emptyDir('/memory', { medium: 'Memory' })
      .unshared(),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    for (const folder of ['/disk', '/memory']) {
      const { stdout, stderr } = await pods.pod.read([
        'sh',
        '-c',
        `echo made >${folder}/file && stat -c '%u:%g' ${folder}/file`,
      ])
      expect(stdout.trim() || stderr.trim(), `owner of a file that is made in ${folder}, an emptyDir`).to.equal(
        `${owner.runAsUser}:${owner.fsGroup}`,
      )
    }
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'emptydir-keeps-group-root': 'owner of a file that is made in /disk',
    'guest-runs-as-root': 'owner of a file that is made in /disk',
  },
})

behaviour('KATA-UPSTREAM-022', {
  on: anyKata,
  objects: () => ({ settings: configMap({ colour: 'blue' }), credentials: secret({ word: 'open sesame' }) }),
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).configMap('settings', '/settings').secret('credentials', '/settings/credentials'),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const read = async (file: string) => (await pods.pod.read(['sh', '-c', `cat ${file} 2>&1; true`])).stdout
    expect(await read('/settings/colour'), 'file of the ConfigMap').to.equal('blue')
    expect(await read('/settings/credentials/word'), 'file of a Secret inside the folder of the ConfigMap').to.equal(
      'open sesame',
    )
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'nested-volumes-hidden': 'file of a Secret inside the folder of the ConfigMap',
  },
})

/** virtio_fs_cache = auto: what the guest knows of a file is asked anew after 1 s. */
const seenWithinMs = 30_000

behaviour('KATA-UPSTREAM-024', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: () => ({}),
  furtherPods: 1,
  async check({ changes, createPod, api, runtimeClass, expect }) {
    const folder = await changes.folder({ file: 'first\n' })
    const mount = { type: 'File', readOnly: true }
    const pod = await createPod(busybox(runtimeClass).hostPath(`${folder.path}/file`, '/mounted', mount))
    await expectInVm({ api, expect, runtimeClass }, pod)
    expect((await pod.read(['cat', '/mounted'])).stdout, 'a hostPath of one file, in the container').to.equal('first\n')
    const { exitCode } = await pod.exec(['sh', '-c', 'echo more >>/mounted'], { expectOutput: false })
    expect(exitCode, 'exit code of what writes to it, although it is mounted read-only').to.not.equal(0)
    await folder.write('file', 'first\nsecond\n')
    const { seen } = await linesInPod(pod, '/mounted', 'second', seenWithinMs)
    expect(seen, 'a line that the host appended to the file, in the container').to.equal(true)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'exec-exit-code-lost': 'exit code of what writes to it',
    'host-file-copied-at-start': 'a line that the host appended to the file, in the container',
  },
})
