import { behaviour } from '../../helpers/behaviour.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { documentedClasses } from '../../helpers/oracles/documentedClasses.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

/** Documented classes that nobody enabled here: not declared by a profile that declares all, or without one not there. */
function disabledClasses({ declared, declaresAllClasses = true, classes }: ClusterFacts): string[] {
  const there = declared === null || !declaresAllClasses ? classes : []
  const enabled = [...(declared ?? []), ...there].map(({ name }) => name)
  return documentedClasses.filter((name) => !enabled.includes(name))
}

/** Refused at admission, or by the runtime with an event that says so. */
const isRefused = ({ outcome, refusal, failure }: PodHandle): boolean =>
  (outcome === 'refused' && refusal?.code === 403) ||
  (outcome === 'not-started' && failure?.reason === 'FailedCreatePodSandBox')

behaviour('KATA-SHIM-009', {
  on: theCluster,
  pods: ({ facts }) =>
    Object.fromEntries(disabledClasses(facts.cluster).map((name) => [name, busybox(name).awaits('settled')])),
  async check({ pods, finding, expect }) {
    const asked = Object.entries(pods)
    const accepted = asked.filter(([, pod]) => !isRefused(pod)).map(([name, pod]) => `${name}: ${pod.outcome}`)
    finding(`not enabled, and refused: ${asked.map(([name]) => name).join(', ')}`)
    expect(accepted, 'classes that nobody enabled and that take pods').to.deep.equal([])
  },
  killedBy: { 'missing-runtimeclass-accepted': 'classes that nobody enabled and that take pods' },
})

// The chart makes no RuntimeClass for StratoVirt: without one the pod is refused at admission, and the documented words come only to a class that
// somebody makes by hand (containerd, internal/cri/config GetSandboxRuntime; the same of CRI-O).
behaviour('KATA-SHIM-013', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 1,
  async check({ temporaryRuntimeClass, createPod, expect }) {
    const pod = await createPod(busybox(await temporaryRuntimeClass('kata-stratovirt')).awaits('settled'))
    expect(pod.outcome, 'outcome of a pod with handler kata-stratovirt').to.equal('not-started')
    expect(pod.failure?.reason, 'why it does not start').to.equal('FailedCreatePodSandBox')
    expect(pod.failure?.message, 'what the event says').to.match(
      /no runtime for "kata-stratovirt" is configured|failed to find runtime handler kata-stratovirt/,
    )
  },
  killedBy: {
    'kata-stratovirt-handler-configured': "outcome of a pod with handler kata-stratovirt: expected 'ready'",
    'missing-handler-falls-back-to-runc': "outcome of a pod with handler kata-stratovirt: expected 'ready'",
  },
})
