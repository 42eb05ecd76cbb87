import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { kataDeployImage } from '../../helpers/facts/kataVersion.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { cluster } from '../../helpers/oracles/applicability.ts'

/** The policy which takes the token from pods (guide 3.26: Kyverno PolicyException). */
const policy = 'disable-automount-sa-token'

behaviour('KATA-KYVERNO-006', {
  on: cluster(({ policies = [] }) =>
    policies.includes(policy) ? true : { no: `there is no ClusterPolicy ${policy}` },
  ),
  pods: () => ({}),
  async check({ facts, api, expect }) {
    const { items } = (await api.raw('/apis/apps/v1/daemonsets')) as { items: KubeObject[] }
    const namespace = items.find((each) => kataDeployImage(each) !== null)?.metadata.namespace
    if (namespace === undefined) throw new FactUnknownError("kata-deploy's namespace", 'no DaemonSet has its image')
    const covered = (facts.cluster.policyExceptions ?? [])
      .filter(({ policies }) => policies.includes(policy))
      .flatMap(({ namespaces }) => namespaces)
    expect(covered, `namespaces that a PolicyException exempts from ${policy}`).to.include(namespace)
  },
  killedBy: { 'policy-exception-missing': 'namespaces that a PolicyException exempts' },
})
