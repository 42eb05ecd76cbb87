import { behaviour } from '../../helpers/behaviour.ts'
import { startedOnHostNetwork } from '../../helpers/guest/hostNetworkStart.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { leadingOut, links } from '../../helpers/guest/links.ts'
import { httpGet } from '../../helpers/guest/network.ts'
import { processes } from '../../helpers/guest/processes.ts'
import { httpUntil } from '../../helpers/guest/reach.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

/** A pod of the default runtime: its process is one of the node's, with an argv that nothing else has. */
const witness = ': kata-conformance-witness-of-the-node'

behaviour('KATA-LIMIT-001', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).hostNetwork().hostPID().hostIPC().awaits('settled'),
    witness: busybox(undefined).script(`${witness}; ${idle}`),
  }),
  async check(context) {
    const { pods, expect } = context
    // A kernel of its own has no IPC object of the node's: what hostIPC would share is not there.
    if (!(await startedOnHostNetwork(context, pods.pod))) return
    expect(
      leadingOut(await links(pods.pod)).map(({ name }) => name),
      'interfaces beside the loopback, with all three flags',
    ).to.deep.equal([])
    const seen = await processes(pods.pod)
    expect(
      seen
        .filter(({ args, comm }) => args.includes(witness) || comm === 'kubelet' || comm.startsWith('containerd'))
        .map(({ args }) => args.slice(0, 60)),
      'processes of the node in sight, with all three flags',
    ).to.deep.equal([])
    expect(seen.find(({ pid }) => pid === 1)?.args, 'PID 1, with all three flags').to.equal('/pause')
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'host-network-pod-fails': 'why a pod with hostNetwork does not start',
    'host-network-leaked': 'interfaces beside the loopback, with all three flags',
    'host-pid-namespace-leaked': 'processes of the node in sight, with all three flags',
    'guest-root-pid-namespace-leaked': 'PID 1, with all three flags',
  },
})

const port = 8080
const page = 'shared-within-the-pod'
const file = '/dev/shm/kata-conformance'

behaviour('KATA-LIMIT-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .script(
        `mkdir -p /tmp/www && echo ${page} >/tmp/www/index.html && echo ${page} >${file} && httpd -p 127.0.0.1:${port} -h /tmp/www; ${idle}`,
      )
      .container('second', idle),
    other: busybox(runtimeClass),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const answer = await httpUntil(pods.pod, '127.0.0.1', port, { container: 'second' })
    expect(answer.text, 'answer of the first container to the second, at 127.0.0.1').to.equal(page)
    const shared = await pods.pod.read(['cat', file], { container: 'second' })
    expect(shared.stdout.trim(), 'file in /dev/shm of the first container, read in the second').to.equal(page)
    const outside = await httpGet(pods.other, '127.0.0.1', port)
    expect(outside.text, 'what another pod gets at the same 127.0.0.1').to.not.include(page)
    const theirs = await pods.other.read(['cat', file])
    expect(theirs.stdout, 'what another pod reads of that file').to.not.include(page)
  },
  control: true,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'vm-per-container': 'answer of the first container to the second, at 127.0.0.1',
    'shm-of-each-container-its-own': 'file in /dev/shm of the first container, read in the second',
  },
})
