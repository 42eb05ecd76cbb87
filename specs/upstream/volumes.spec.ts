import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import { configMap } from '../../helpers/objects/configMap.ts'
import { secret } from '../../helpers/objects/secret.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const notInVm = "boot_id of the pod beside the node's"
const objects = () => ({ settings: configMap({ colour: 'blue' }), credentials: secret({ word: 'open sesame' }) })
const read = async (pod: PodHandle, file: string): Promise<string> => (await pod.read(['cat', file])).stdout

behaviour('KATA-UPSTREAM-003', {
  on: anyKata,
  objects,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .main((main) =>
        main.with({
          env: [
            { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
            { name: 'WORD', valueFrom: { secretKeyRef: { name: 'credentials', key: 'word' } } },
          ],
        }),
      )
      .configMap('settings', '/settings')
      .secret('credentials', '/credentials'),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const environment = (await pods.pod.read(['env'])).stdout.split('\n')
    expect(environment, 'environment of the container').to.include.members(['COLOUR=blue', 'WORD=open sesame'])
    expect(await read(pods.pod, '/settings/colour'), 'file of the ConfigMap').to.equal('blue')
    expect(await read(pods.pod, '/credentials/word'), 'file of the Secret').to.equal('open sesame')
  },
  killedBy: { 'runc-behind-kata-handlers': notInVm, 'guest-environment-lost': 'environment of the container' },
})

behaviour('KATA-UPSTREAM-004', {
  on: anyKata,
  objects,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .volume(
        'all',
        {
          projected: {
            sources: [
              { configMap: { name: 'settings' } },
              { secret: { name: 'credentials' } },
              { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
            ],
          },
        },
        '/all',
      )
      .volume('no-settings', { configMap: { name: 'no-such-settings', optional: true } }, '/no-settings')
      .volume('no-credentials', { secret: { secretName: 'no-such-credentials', optional: true } }, '/no-credentials'),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    expect(await read(pods.pod, '/all/colour'), 'the ConfigMap in the projected volume').to.equal('blue')
    expect(await read(pods.pod, '/all/word'), 'the Secret in the projected volume').to.equal('open sesame')
    expect(await read(pods.pod, '/all/name'), 'the field in the projected volume').to.equal(pods.pod.name)
    for (const folder of ['/no-settings', '/no-credentials']) {
      const { stdout } = await pods.pod.read(['sh', '-c', `ls ${folder} && echo listed`])
      expect(stdout.trim(), `what ${folder} has, whose source is missing and optional`).to.equal('listed')
    }
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'projected-volumes-empty': 'the ConfigMap in the projected volume',
  },
})

behaviour('KATA-UPSTREAM-009', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .volume('disk', { emptyDir: {} }, '/disk')
      .volume('memory', { emptyDir: { medium: 'Memory' } }, '/memory')
      .initContainer('first', (container) =>
        container.script('echo before >/disk/of-init').mount({ name: 'disk', mountPath: '/disk' }),
      )
      .container('writer', (container) =>
        container
          .script(`echo beside >/disk/of-writer; echo beside >/memory/of-writer; ${idle}`)
          .mount({ name: 'disk', mountPath: '/disk' })
          .mount({ name: 'memory', mountPath: '/memory' }),
      ),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    // The containers start one after the other: what the last one writes may come a moment later.
    const wait = 'n=0; while [ ! -e $1 ] && [ $n -lt 50 ]; do sleep 0.1; n=$((n+1)); done; cat $1 2>&1; true'
    const seen = async (file: string) => (await pods.pod.read(['sh', '-c', wait, 'wait', file])).stdout.trim()
    expect(await seen('/disk/of-init'), 'what the init container wrote').to.equal('before')
    expect(await seen('/disk/of-writer'), 'what the other container wrote').to.equal('beside')
    expect(await seen('/memory/of-writer'), 'what the other container wrote in memory').to.equal('beside')
    expect(mountOn(await mounts(pods.pod), '/memory')?.type, 'file system of an emptyDir in memory').to.equal('tmpfs')
  },
  killedBy: {
    'vm-per-container': 'what the init container wrote',
    'runc-behind-kata-handlers': notInVm,
    'empty-dir-for-each-container': 'what the init container wrote',
  },
})
