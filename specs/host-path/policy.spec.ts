import { behaviour } from '../../helpers/behaviour.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** The label by which the guide's namespaces ask for sandboxed pods, where no policy of the cluster names another. */
const guideLabel = { 'runtime-sandbox': 'enabled' }

// Pod Security would refuse a hostPath too: level privileged, so that the policy alone is asked. What is mounted, should it be admitted, is read-only.
behaviour('KATA-HOSTPATH-008', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 1,
  async check({ facts, createPod, temporaryNamespace, finding, expect }) {
    const labels = facts.cluster.defaultClassPolicies?.[0]?.namespaceLabels ?? guideLabel
    const namespace = await temporaryNamespace({ ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' })
    const pod = await createPod(
      busybox(facts.cluster.classes[0]?.name)
        .hostPath('/etc', '/host-etc', { readOnly: true })
        .inNamespace(namespace)
        .awaits('settled'),
    )
    expect(pod.outcome, 'a Kata pod with a hostPath, in a namespace of sandboxed pods').to.equal('refused')
    finding(`refused: ${pod.refusal?.message ?? ''}`)
  },
  timeoutMs: 90_000,
  killedBy: { 'host-path-policy-missing': 'a Kata pod with a hostPath, in a namespace of sandboxed pods' },
})
