import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { cluster, theCluster } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

interface AdmittedSpec {
  readonly runtimeClassName?: string
  readonly overhead?: Readonly<Record<string, string>>
  readonly nodeSelector?: Readonly<Record<string, string>>
}

const admittedSpec = (pod: PodHandle): AdmittedSpec => pod.admitted['spec'] ?? {}

type Context = Pick<CheckContext<string, unknown>, 'facts' | 'temporaryClusterPolicy' | 'finding'>

interface Policy {
  readonly name: string
  readonly runtimeClass: string
  readonly namespaceLabels: Readonly<Record<string, string>>
}

/**
 * The policies of the cluster; where it has none, one like the guide's for namespaces of this run (the need default-rc-policy says that it may be made).
 * @throws FactUnknownError when it is not known of one of them where it holds: it may act in the namespaces of the check, or not
 */
async function policiesOf({
  facts,
  temporaryClusterPolicy,
  finding,
}: Context): Promise<readonly [Policy, ...Policy[]]> {
  const { defaultClassPolicies = [], declaredDefaultClass, classes } = facts.cluster
  const [policy, ...more] = defaultClassPolicies.map((each) => ({
    ...each,
    namespaceLabels: need(each.namespaceLabels, `where policy ${each.name} holds`),
  }))
  if (policy) return [policy, ...more]
  const runtimeClass = declaredDefaultClass || classes[0]?.name
  if (!runtimeClass) throw new FactUnknownError('a RuntimeClass for the policy', 'the cluster has none of Kata')
  const namespaceLabels = { 'runtime-sandbox': 'enabled' }
  const name = await temporaryClusterPolicy({ namespaceLabels, podSpec: { '+(runtimeClassName)': runtimeClass } })
  finding(`no policy of the cluster sets a RuntimeClass: observed with one of this run, which sets ${runtimeClass}`)
  return [{ name, runtimeClass, namespaceLabels }]
}

const whatBecame = (pod: PodHandle): string =>
  pod.outcome === 'ready' ? 'ready' : `${pod.outcome}: ${pod.refusal?.message ?? pod.failure?.message ?? ''}`

/** Policies whose labels a namespace has, and that may thus be the one which gave a pod its class. */
const holdingWith = (labels: Readonly<Record<string, string>>, policies: readonly Policy[]): readonly Policy[] =>
  policies.filter(({ namespaceLabels }) =>
    Object.entries(namespaceLabels).every(([label, value]) => labels[label] === value),
  )

/** Pods are made on the node of the arm: those of a class that is for others find no room. A class that is not there is not left out. */
const runsHere = (runtimeClass: string, { cluster, node }: CheckContext<string, unknown>['facts']): boolean =>
  cluster.classes.find(({ name }) => name === runtimeClass)?.nodes.includes(node.name) ?? true

async function expectInjected(
  { api, facts, createPod, temporaryNamespace, finding, expect }: CheckContext<string, unknown>,
  policy: Policy,
  policies: readonly Policy[],
): Promise<void> {
  const namespace = await temporaryNamespace(policy.namespaceLabels)
  const asked = busybox(undefined).inNamespace(namespace).awaits('settled')
  const hasRoom = runsHere(policy.runtimeClass, facts)
  const pod = await createPod(hasRoom ? asked : asked.expectsNoRoom())
  if (hasRoom) expect(whatBecame(pod), `a pod without RuntimeClass where policy ${policy.name} holds`).to.equal('ready')
  else
    finding(
      `${policy.runtimeClass} is not for ${facts.node.name}: what policy ${policy.name} gives was looked at alone`,
    )
  const spec = admittedSpec(pod)
  const set = holdingWith(policy.namespaceLabels, policies).map(({ runtimeClass }) => runtimeClass)
  expect(spec.runtimeClassName, `RuntimeClass that the policy gives a pod (${policy.name})`).to.be.oneOf(set)
  const object = await api.find({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    name: spec.runtimeClassName ?? '',
  })
  const { overhead, scheduling } = (object ?? {}) as {
    overhead?: { podFixed?: Record<string, string> }
    scheduling?: { nodeSelector?: Record<string, string> }
  }
  // The API server's own plug-in has to run again after the policy (reinvocation of in-tree plug-ins).
  expect(spec.overhead ?? {}, 'overhead of a pod whose RuntimeClass came from the policy').to.deep.equal(
    overhead?.podFixed ?? {},
  )
  expect(spec.nodeSelector ?? {}, 'nodeSelector of that pod').to.include(scheduling?.nodeSelector ?? {})
  if (hasRoom) expectOwnKernel(expect, 'boot_id of the pod', await bootId(pod), await api.bootId(pod.node))
  await pod.delete()
}

behaviour('KATA-KYVERNO-001', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const policies = await policiesOf(context)
    for (const policy of policies) await expectInjected(context, policy, policies)
  },
  timeoutMs: 180_000,
  killedBy: {
    'policy-injects-no-class': 'RuntimeClass that the policy gives a pod',
    'policy-injects-without-overhead': 'overhead of a pod whose RuntimeClass came from the policy',
    'policy-names-missing-class': 'a pod without RuntimeClass where policy',
    'new-policies-not-heeded': 'RuntimeClass that the policy gives a pod',
  },
})

behaviour('KATA-KYVERNO-002', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 2,
  async check(context) {
    const { createPod, temporaryNamespace, expect } = context
    const policies = await policiesOf(context)
    for (const { name, namespaceLabels } of policies)
      expect(namespaceLabels, `labels of the namespaces in which policy ${name} holds`).to.not.be.empty
    const labels = policies.flatMap(({ namespaceLabels }) => Object.keys(namespaceLabels))
    const disabled = Object.fromEntries(labels.map((label) => [label, 'disabled']))
    const namespaces = [await temporaryNamespace({}), await temporaryNamespace(disabled)]
    const [unlabelled, otherwise] = await Promise.all(
      namespaces.map((namespace) => createPod(busybox(undefined).inNamespace(namespace).awaits('settled'))),
    )
    const classOf = (pod: PodHandle | undefined) => (pod && admittedSpec(pod).runtimeClassName) ?? 'none'
    expect(classOf(unlabelled), 'RuntimeClass of a pod in a namespace without the label').to.equal('none')
    expect(classOf(otherwise), 'RuntimeClass of a pod in a namespace with another value of the label').to.equal('none')
  },
  killedBy: { 'policy-ignores-label-value': 'RuntimeClass of a pod in a namespace with another value of the label' },
})

behaviour('KATA-KYVERNO-003', {
  on: cluster((facts) => (facts.classes.length > 1 ? true : { no: 'there is only one Kata RuntimeClass' })),
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { facts, createPod, temporaryNamespace, finding, expect } = context
    const policies = await policiesOf(context)
    for (const policy of policies) {
      const set = holdingWith(policy.namespaceLabels, policies).map(({ runtimeClass }) => runtimeClass)
      const other = facts.cluster.classes.find(({ name }) => !set.includes(name))
      if (!other) {
        finding(`policies set every class of Kata where ${policy.name} holds`)
        continue
      }
      const namespace = await temporaryNamespace(policy.namespaceLabels)
      const pod = await createPod(busybox(other.name).inNamespace(namespace).expectsNoRoom().awaits('settled'))
      expect(
        admittedSpec(pod).runtimeClassName,
        `RuntimeClass of a pod that names one itself, where policy ${policy.name} holds`,
      ).to.equal(other.name)
      await pod.delete()
    }
  },
  timeoutMs: 180_000,
  killedBy: { 'policy-overwrites-class': 'RuntimeClass of a pod that names one itself' },
})

behaviour('KATA-KYVERNO-004', {
  on: cluster(({ declaredDefaultClass }) =>
    declaredDefaultClass === undefined || declaredDefaultClass === null
      ? { no: 'no profile says what defaultRuntimeClass is' }
      : true,
  ),
  pods: () => ({}),
  check({ facts, expect }) {
    const declared = facts.cluster.declaredDefaultClass ?? ''
    const set = [...new Set((facts.cluster.defaultClassPolicies ?? []).map(({ runtimeClass }) => runtimeClass))]
    expect(set, `RuntimeClasses that policies set, where defaultRuntimeClass is "${declared}"`).to.deep.equal(
      declared === '' ? [] : [declared],
    )
    return Promise.resolve()
  },
  killedBy: {
    'stale-default-class-policy': 'RuntimeClasses that policies set',
    'policy-names-missing-class': 'RuntimeClasses that policies set',
  },
})

/** "Valeurs possibles pour defaultRuntimeClass" of the guide; a custom class is one that exists. */
const documented = [
  'kata-qemu',
  'kata-clh',
  'kata-cloud-hypervisor',
  'kata-dragonball',
  'kata-qemu-runtime-rs',
  'kata-qemu-minimal',
  'kata-qemu-block-minimal',
]

behaviour('KATA-KYVERNO-005', {
  // A value of the suite's own choice says nothing.
  on: cluster(({ defaultClassPolicies = [] }) =>
    defaultClassPolicies.length > 0 ? true : { no: 'no ClusterPolicy of the cluster sets runtimeClassName' },
  ),
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { api, facts, createPod, finding, expect } = context
    const policies = facts.cluster.defaultClassPolicies ?? []
    for (const { name, runtimeClass } of policies) {
      const found = await api.find({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: runtimeClass })
      expect(found ? 'there' : 'absent', `RuntimeClass ${runtimeClass}, which policy ${name} names`).to.equal('there')
    }
    for (const runtimeClass of new Set(policies.map((each) => each.runtimeClass))) {
      if (!documented.includes(runtimeClass)) finding(`${runtimeClass} is none of the documented values`)
      if (!runsHere(runtimeClass, facts)) {
        finding(`${runtimeClass} is not for ${facts.node.name}: no pod of it was started`)
        continue
      }
      const pod = await createPod(busybox(runtimeClass).awaits('settled'))
      expect(whatBecame(pod), `a pod of ${runtimeClass}`).to.equal('ready')
      await pod.delete()
    }
  },
  killedBy: { 'policy-names-missing-class': 'which policy default-runtime-class names' },
})
