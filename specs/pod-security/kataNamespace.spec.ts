import { behaviour } from '../../helpers/behaviour.ts'
import { kataDeploy } from '../../helpers/deployment/kataDeploy.ts'
import { kataNamespaces } from '../../helpers/deployment/kataNamespaces.ts'
import { NotApplicableError } from '../../helpers/facts/armFacts.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { unlabelledNamespace } from '../../helpers/pods/unlabelledNamespace.ts'

/** Exempt from the cluster's own level wherever a distribution sets one (rke2-pss.yaml); labels are not asked there. */
const exempt = 'kube-system'

// At baseline hostPath volumes alone are refused, so that a kata-deploy without privileges (3.32 and later) needs the level too.
behaviour('KATA-PSA-001', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { api, finding, expect } = context
    for (const { name, level, labels } of await kataNamespaces(api)) {
      finding(`namespace ${name}: ${labels.join(', ') || 'no label of Pod Security'}`)
      if (level === null && name === exempt) continue
      const holds = level ?? (await unlabelledNamespace(context)).level
      expect(holds, `Pod Security level of namespace ${name}`).to.equal('privileged')
    }
    for (const { namespace, name, status } of (await kataDeploy(api)).daemonSets) {
      const wanted = Number(status['desiredNumberScheduled'] ?? 0)
      const made = Number(status['currentNumberScheduled'] ?? 0)
      expect(made, `pods of DaemonSet ${namespace}/${name} that were admitted`).to.equal(wanted)
    }
  },
  killedBy: {
    'kata-namespace-at-baseline': 'Pod Security level of namespace kata-containers',
    'kata-namespace-unlabelled': "Pod Security level of namespace kata-containers: expected 'lower'",
  },
})

behaviour('KATA-PSA-002', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { api, finding, expect } = context
    const namespaces = (await kataNamespaces(api)).filter(({ name }) => name !== exempt)
    if (namespaces.length === 0) throw new NotApplicableError(`kata-deploy is in ${exempt}, which RKE2 exempts`)
    const { level, how } = await unlabelledNamespace(context)
    if (level === 'privileged') throw new NotApplicableError(`is about RKE2 with profile cis; here ${how}`)
    finding(`namespaces without labels are hardened: ${how}`)
    for (const { name, level: labelled } of namespaces)
      expect(labelled ?? 'none', `label enforce of namespace ${name} on hardened RKE2`).to.equal('privileged')
  },
  killedBy: { 'kata-namespace-unlabelled': 'label enforce of namespace kata-containers on hardened RKE2' },
})
