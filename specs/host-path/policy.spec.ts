import { behaviour } from '../../helpers/behaviour.ts'
import { need, NotApplicableError } from '../../helpers/facts/armFacts.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { expectOrdinaryAdmitted } from '../../helpers/pods/ordinaryPod.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** The label by which the guide's namespaces ask for sandboxed pods, where no policy of the cluster names another. */
const guideLabel = { 'runtime-sandbox': 'enabled' }

// Pod Security would refuse a hostPath too: level privileged, so that the policy alone is asked. What is mounted, should it be admitted, is read-only.
behaviour('KATA-HOSTPATH-008', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 2,
  async check(context) {
    const { facts, createPod, temporaryNamespace, finding, expect } = context
    const policies = facts.cluster.defaultClassPolicies ?? []
    // Those of which it is known where they hold first: the others end the check.
    const sandboxed = policies.toSorted(
      (one, other) => Number(one.namespaceLabels.value === null) - Number(other.namespaceLabels.value === null),
    )
    const runtimeClass = facts.cluster.classes[0]?.name
    for (const policy of sandboxed.length > 0 ? sandboxed : [null]) {
      const labels = policy ? need(policy.namespaceLabels, `where policy ${policy.name} holds`) : guideLabel
      const namespace = await temporaryNamespace({ ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' })
      await expectOrdinaryAdmitted(context, runtimeClass, namespace, 'the policy on hostPath volumes')
      const pod = await createPod(
        busybox(runtimeClass)
          .hostPath('/etc', '/host-etc', { readOnly: true })
          .inNamespace(namespace)
          .awaits('settled'),
      )
      // Kyverno may be there for something else: that hostPaths are to be blocked is the operator's to say.
      if (pod.outcome !== 'refused' && !facts.cluster.production)
        throw new NotApplicableError(`hostPath is not blocked (${pod.outcome}), and no profile says production`)
      expect(pod.outcome, 'a Kata pod with a hostPath, in a namespace of sandboxed pods').to.equal('refused')
      finding(`refused: ${pod.refusal?.message ?? ''}`)
    }
  },
  timeoutMs: 180_000,
  killedBy: {
    'host-path-policy-missing': 'a Kata pod with a hostPath, in a namespace of sandboxed pods',
    // Pods are sandboxed then where nothing keeps a hostPath from them.
    'policy-ignores-label-value': 'a Kata pod with a hostPath, in a namespace of sandboxed pods',
  },
})
