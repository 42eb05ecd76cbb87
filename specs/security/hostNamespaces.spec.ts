import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { hardwareAddresses, httpGet } from '../../helpers/guest/network.ts'
import { hostWitness, witnessPod } from '../../helpers/pods/nodeView.ts'
import { processes } from '../../helpers/guest/processes.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** Serves on the node's loopback alone, on the first of these ports that is free. */
const listens = `mkdir -p /tmp/www; echo of-the-node >/tmp/www/index.html
for port in 27613 27617 27641 27647; do echo $port >/tmp/port; httpd -f -p 127.0.0.1:$port -h /tmp/www; done`
const answersItself = ['sh', '-c', 'timeout 5 wget -qO- "http://127.0.0.1:$(cat /tmp/port)/"']

behaviour('KATA-SEC-001', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).hostNetwork().awaits('settled'),
    listener: busybox(undefined).hostNetwork().script(listens).readinessExec(answersItself, { failureThreshold: 10 }),
  }),
  async check(context) {
    const { pods, finding, expect } = context
    const port = Number((await pods.listener.read(['cat', '/tmp/port'])).stdout)
    const ofNode = await hardwareAddresses(pods.listener)
    if (pods.pod.outcome !== 'ready') {
      // katautils/network_linux.go refuses the host's network namespace; with containerd there is none to refuse.
      const why = pods.pod.failure?.message ?? pods.pod.refusal?.message ?? pods.pod.outcome
      finding(`a pod with hostNetwork does not start: ${why}`)
      expect(why, 'why a pod with hostNetwork does not start').to.include('Host networking requested')
      return
    }
    await expectInVm(context, pods.pod)
    const answer = await httpGet(pods.pod, '127.0.0.1', port)
    expect(
      answer.ok ? answer.text : 'nothing',
      "what answers on the node's loopback, for a pod with hostNetwork",
    ).to.equal('nothing')
    const shared = (await hardwareAddresses(pods.pod)).filter((mac) => ofNode.includes(mac))
    expect(shared, 'interfaces of the node in a pod with hostNetwork').to.deep.equal([])
  },
  killedBy: {
    'exec-exit-code-lost': "what answers on the node's loopback, for a pod with hostNetwork",
    'guest-loopback-reaches-node': "what answers on the node's loopback",
    'host-network-leaked': 'interfaces of the node in a pod with hostNetwork',
    'host-network-pod-fails': 'why a pod with hostNetwork does not start',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-SEC-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).hostPID().privileged(), witness: witnessPod() }),
  async check(context) {
    const { pods, node, finding, expect } = context
    const marker = (await node.processes()).find(({ argv }) => argv.join(' ').includes(hostWitness))
    if (!marker) throw new Error(`the process of pod ${pods.witness.name} is not in the list of ${node.node}`)
    const seen = await processes(pods.pod)
    const visible = seen.filter(({ args }) => args.includes(hostWitness))
    expect(
      visible.map(({ pid, args }) => `${pid} ${args}`),
      'a process of the node in sight of a privileged pod with hostPID',
    ).to.deep.equal([])
    await expectInVm(context, pods.pod)
    if (seen.some(({ pid }) => pid === marker.pid)) return finding(`the guest has a process ${marker.pid} of its own`)
    // Signal 0 only asks.
    const { exitCode } = await pods.pod.read(['sh', '-c', 'kill -0 "$1"', 'signal', String(marker.pid)])
    expect(exitCode === 0 ? 'delivered' : 'refused', `a signal to process ${marker.pid} of the node`).to.equal(
      'refused',
    )
  },
  killedBy: {
    'exec-exit-code-lost': 'a signal to process',
    'guest-signals-reach-node': 'a signal to process',
    'host-pid-namespace-leaked': 'a process of the node in sight',
    'runc-behind-kata-handlers': 'a process of the node in sight',
  },
})

behaviour('KATA-SEC-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).hostIPC(), standard: busybox(undefined).hostIPC() }),
  async check(context) {
    const { pods, changes, expect } = context
    const { name } = await changes.ipcObjects()
    const inSight = async (pod: typeof pods.pod): Promise<readonly string[]> => {
      const { stdout } = await pod.read(['ls', '/dev/mqueue', '/dev/shm'])
      return stdout.split('\n').filter((line) => line === name)
    }
    const ofStandard = await inSight(pods.standard)
    if (ofStandard.length !== 2)
      throw new Error(`a pod of the default runtime with hostIPC sees ${ofStandard.length} of the node's two objects`)
    expect(await inSight(pods.pod), "the node's message queue and shared memory in a pod with hostIPC").to.deep.equal(
      [],
    )
    await expectInVm(context, pods.pod)
  },
  killedBy: {
    'host-ipc-leaked': "the node's message queue and shared memory",
    'runc-behind-kata-handlers': "the node's message queue and shared memory",
  },
})
