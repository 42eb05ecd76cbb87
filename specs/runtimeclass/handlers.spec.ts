import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { anyKata, theCluster } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const absentHandler = 'kata-conformance-absent'
const absentClass = 'kata-conformance-absent'

/** How CRI implementations say that they have no such runtime: containerd's GetSandboxRuntime, CRI-O's getRuntimeHandler. */
const refusals = [
  { by: 'containerd', text: `no runtime for "${absentHandler}" is configured` },
  { by: 'CRI-O', text: `failed to find runtime handler ${absentHandler}` },
]

behaviour('KATA-RTCLASS-012', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 1,
  async check({ temporaryRuntimeClass, createPod, finding, expect }) {
    const pod = await createPod(busybox(await temporaryRuntimeClass(absentHandler)).awaits('settled'))
    expect(pod.outcome, 'outcome of a pod whose handler no runtime has').to.equal('not-started')
    expect(pod.failure?.reason, 'why it does not start').to.equal('FailedCreatePodSandBox')
    const message = pod.failure?.message ?? ''
    const refusal = refusals.find(({ text }) => message.includes(text))
    expect(refusal ? 'the missing handler' : message, 'what the event names').to.equal('the missing handler')
    finding(`refused by ${refusal?.by}: ${message}`)
  },
  killedBy: {
    'missing-handler-falls-back-to-runc':
      "outcome of a pod whose handler no runtime has: expected 'ready' to equal 'not-started'",
  },
})

// The guide files this under "stuck in ContainerCreating"; the admission plug-in RuntimeClass refuses the pod before it exists
// (Kubernetes, plugin/pkg/admission/runtimeclass; recorded on 1.34).
behaviour('KATA-RTCLASS-014', {
  on: theCluster,
  pods: () => ({ pod: busybox(absentClass).awaits('settled') }),
  async check({ pods, expect }) {
    expect(pods.pod.outcome, 'outcome of a pod whose RuntimeClass does not exist').to.equal('refused')
    expect(pods.pod.refusal?.code, 'status of the refusal').to.equal(403)
    expect(pods.pod.refusal?.message).to.include(`pod rejected: RuntimeClass "${absentClass}" not found`)
  },
  killedBy: {
    'missing-runtimeclass-accepted':
      "outcome of a pod whose RuntimeClass does not exist: expected 'ready' to equal 'refused'",
  },
})

behaviour('KATA-RTCLASS-015', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ kata: busybox(runtimeClass), standard: busybox(undefined) }),
  async check({ pods, facts, node, expect }) {
    const [kata, standard] = await Promise.all([
      node.runtimeHandler(pods.kata.uid),
      node.runtimeHandler(pods.standard.uid),
    ])
    if (kata === null || standard === null)
      throw new FactUnknownError('the handler that the CRI reports', `no crictl on ${node.node}`)
    expect(kata, 'runtimeHandler of the Kata sandbox').to.equal(
      need(facts.class.handler, 'the handler of the RuntimeClass'),
    )
    expect(standard, 'runtimeHandler of the standard sandbox').to.equal('')
  },
  killedBy: { 'cri-reports-no-handler': "runtimeHandler of the Kata sandbox: expected ''" },
})
