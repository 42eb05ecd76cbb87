import { behaviour } from '../../helpers/behaviour.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { logUntil } from '../../helpers/guest/logUntil.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

const greeting = 'Hello Kata!'

behaviour('KATA-RTCLASS-018', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).script(`echo "${greeting}"; ${idle}`) }),
  async check({ pods, api, expect }) {
    const [log, guest, node] = await Promise.all([
      logUntil(pods.pod, { last: (line) => line === greeting, withinMs: 15_000 }),
      bootId(pods.pod),
      api.bootId(pods.pod.node),
    ])
    expect(log, 'log of the sample pod').to.deep.equal([greeting])
    expectOwnKernel(expect, "boot_id in the sample pod beside the node's", guest, node)
    expect((pods.pod.object.status as { phase?: string }).phase, 'phase of the sample pod').to.equal('Running')
  },
  killedBy: {
    'stdout-lost': 'log of the sample pod: expected [] to deeply equal',
    'runc-behind-kata-handlers': "boot_id in the sample pod beside the node's",
  },
})
