import { behaviour } from '../../helpers/behaviour.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { httpGet, podIPs } from '../../helpers/guest/network.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const port = 8080
/** httpd goes into the background once it listens; only then is there /tmp/serving. */
const serve = (text: string) =>
  `mkdir -p /tmp/www && echo ${text} >/tmp/www/index.html && httpd -p ${port} -h /tmp/www && touch /tmp/serving; ${idle}`
const untilServing = 'i=0; until [ -e /tmp/serving ]; do i=$((i+1)); [ $i -lt 300 ] || exit 1; sleep 0.1; done'

behaviour('KATA-RTCLASS-016', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    kata: busybox(runtimeClass).script(serve('kata')),
    standard: busybox(undefined).script(serve('standard')),
  }),
  async check({ pods, expect }) {
    expect(pods.kata.node, 'node of the Kata pod').to.equal(pods.standard.node)
    const [inKata, onNode] = await Promise.all([bootId(pods.kata), bootId(pods.standard)])
    expectOwnKernel(expect, 'boot_id of the Kata pod beside the standard pod', inKata, onNode)

    await Promise.all([pods.kata, pods.standard].map((pod) => pod.read(['sh', '-c', untilServing])))
    const [fromStandard, fromKata] = await Promise.all([
      httpGet(pods.standard, addressOf(pods.kata), port),
      httpGet(pods.kata, addressOf(pods.standard), port),
    ])
    expect(fromStandard.text, 'answer of the Kata pod to the standard pod').to.equal('kata')
    expect(fromKata.text, 'answer of the standard pod to the Kata pod').to.equal('standard')
  },
  killedBy: {
    'runc-behind-kata-handlers': 'boot_id of the Kata pod beside the standard pod',
    'kata-pod-cuts-the-nodes-network': 'answer of the Kata pod to the standard pod',
    'guest-address-missing': 'answer of the Kata pod to the standard pod',
  },
})

function addressOf(pod: PodHandle): string {
  const [first] = podIPs(pod)
  if (first === undefined) throw new Error(`pod ${pod.name} has no address in its status`)
  return first
}
