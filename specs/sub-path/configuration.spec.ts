import { behaviour } from '../../helpers/behaviour.ts'
import { fileKind, textOf } from '../../helpers/guest/fileInPod.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { configMap } from '../../helpers/objects/configMap.ts'
import { secret } from '../../helpers/objects/secret.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-SUBPATH-001', {
  on: anyKata,
  objects: () => ({
    settings: configMap({ colour: 'blue', other: 'left out' }),
    password: secret({ word: 'made up', other: 'left out' }),
  }),
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .configMap('settings', '/etc/app/colour', { subPath: 'colour' })
      .secret('password', '/etc/app/word', { subPath: 'word' }),
  }),
  async check({ pods: { pod }, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    expect(await fileKind(pod, '/etc/app/colour'), 'a key of a ConfigMap by subPath').to.equal('regular file')
    expect(await textOf(pod, '/etc/app/colour'), 'content of that key').to.equal('blue')
    expect(await fileKind(pod, '/etc/app/word'), 'a key of a Secret by subPath').to.equal('regular file')
    expect(await textOf(pod, '/etc/app/word'), 'content of that key').to.equal('made up')
    const { stdout } = await pod.read(['ls', '/etc/app'])
    expect(stdout.trim().split('\n'), 'what lies beside them').to.deep.equal(['colour', 'word'])
  },
  control: true,
  killedBy: {
    'subpath-files-are-directories': "a key of a ConfigMap by subPath: expected 'directory' to equal 'regular file'",
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
