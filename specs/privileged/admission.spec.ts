import { behaviour } from '../../helpers/behaviour.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

// The guide says that Kata makes a privileged container harmless; Pod Security admission does not look at runtimeClassName
// (Kubernetes, pod-security-admission/policy), so the namespace needs level privileged all the same.
behaviour('KATA-PRIV-004', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).privileged().atBaseline().awaits('settled') }),
  async check({ pods, expect }) {
    expect(pods.pod.outcome, 'outcome of a privileged Kata pod in a namespace of level baseline').to.equal('refused')
    expect(pods.pod.refusal?.code, 'status of the refusal').to.equal(403)
    expect(pods.pod.refusal?.message, 'the refusal').to.include('violates PodSecurity "baseline:latest": privileged')
    return Promise.resolve()
  },
  killedBy: {
    'pod-security-admission-off':
      "outcome of a privileged Kata pod in a namespace of level baseline: expected 'ready' to equal 'refused'",
    'pod-security-labels-dropped':
      "outcome of a privileged Kata pod in a namespace of level baseline: expected 'ready' to equal 'refused'",
  },
})
