import { behaviour } from '../../helpers/behaviour.ts'
import { type GuestProcess, processes } from '../../helpers/guest/processes.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

const script = { first: `: first-container; ${idle}`, second: `: second-container; ${idle}` }

/** A pod of the default runtime: its process is one of the node's, with an argv that nothing else has. */
const hostWitness = ': kata-conformance-process-of-the-node'
const hostDaemons = ['kubelet', 'containerd', 'crio', 'dockerd', 'k3s', 'k3s-server', 'rke2', 'k0s', 'hyperkube']
const isOfTheNode = ({ comm, args }: GuestProcess) =>
  args.includes(hostWitness) || hostDaemons.includes(comm) || comm.startsWith('containerd-shim')

// hostPID ends in the namespace of the sandbox, as shareProcessNamespace does (Go runtime, kata_agent.go, handlePidNamespace; the guide calls it
// "ignored" at one place and "sandbox namespace" at another; recorded on 3.26.0 as asserted here).
behaviour('KATA-PIDNS-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).script(script.first).container('second', script.second).hostPID(),
    witness: busybox(undefined).script(`${hostWitness}; ${idle}`),
  }),
  async check({ pods, measure, expect }) {
    expect(pods.pod.node, 'node of the pod and the witness').to.equal(pods.witness.node)
    const seen = await processes(pods.pod, 'main')
    measure('processes in sight', seen.length, 'processes')
    expect(
      seen.filter(isOfTheNode).map(({ args }) => args.slice(0, 80)),
      'processes of the node in sight',
    ).to.deep.equal([])
    expect(seen.find(({ pid }) => pid === 1)?.args, 'PID 1 of a pod with hostPID').to.equal('/pause')
    for (const own of Object.values(script)) {
      expect(
        seen.map(({ args }) => args),
        "the pod's own containers",
      ).to.include(`sh -c ${own}`)
    }
  },
  killedBy: {
    'host-pid-namespace-leaked': 'processes of the node in sight',
    'runc-behind-kata-handlers': 'processes of the node in sight',
    'guest-root-pid-namespace-leaked': 'PID 1 of a pod with hostPID',
    'vm-per-container': "the pod's own containers",
  },
  canary: true,
})

/** What runs in the guest beside the sandbox, and on any Linux machine: init, agent, kernel threads. */
const outsideTheSandbox = ({ comm }: GuestProcess) =>
  ['kata-agent', 'systemd', 'init', 'kthreadd', 'kswapd0', 'khungtaskd'].includes(comm) ||
  /^(kworker|ksoftirqd|rcu_|migration|cpuhp|idle_inject)/.test(comm)

behaviour('KATA-PIDNS-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).hostPID().privileged() }),
  async check({ pods, expect }) {
    const seen = await processes(pods.pod)
    const hidden = seen.filter(outsideTheSandbox).map(({ comm }) => comm)
    expect(hidden.slice(0, 8), 'processes outside the sandbox, seen with hostPID and privileged').to.deep.equal([])
    expect(seen.find(({ pid }) => pid === 1)?.args, 'PID 1 with hostPID and privileged').to.equal('/pause')
  },
  killedBy: {
    'guest-root-pid-namespace-leaked': 'processes outside the sandbox, seen with hostPID and privileged',
    'privileged-sees-agent': 'processes outside the sandbox, seen with hostPID and privileged',
    'host-pid-namespace-leaked': 'processes outside the sandbox, seen with hostPID and privileged',
    'runc-behind-kata-handlers': 'processes outside the sandbox, seen with hostPID and privileged',
  },
  canary: true,
})
