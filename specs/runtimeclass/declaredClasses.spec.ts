import { type Applicability, behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { enabledHandlers, installations } from '../../helpers/deployment/installations.ts'
import { NotApplicableError } from '../../helpers/facts/armFacts.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import { cluster } from '../../helpers/oracles/applicability.ts'
import { runtimeClassObject } from './runtimeClassObject.ts'

/** Which classes there are is the operator's choice: the profile tells it, or the cluster. */
const toldOf = ({ declared, classes }: ClusterFacts, name: string): boolean =>
  [...(declared ?? []), ...classes].some((each) => each.name === name)

const declaredOrThere = (facts: ClusterFacts, name: string): Applicability =>
  toldOf(facts, name) ? true : { no: `${name} is neither there nor declared by a profile` }

/**
 * Throws NotApplicableError where nothing tells that the class must be there. Where no profile does, the classes of an installation's other shims do: the
 * chart makes one for each enabled shim, or with `runtimeClasses.enabled: false` none at all (templates/runtimeclasses.yaml).
 */
async function mustBeThere({ api, facts }: Pick<CheckContext<string, unknown>, 'api' | 'facts'>, name: string) {
  if (toldOf(facts.cluster, name)) return
  const enabled = (await installations(api)).map(enabledHandlers).find((handlers) => handlers.includes(name)) ?? []
  const others = facts.cluster.classes.filter(({ handler }) => enabled.includes(handler.value ?? ''))
  if (others.length === 0) throw new NotApplicableError(`nothing tells that there is to be a class ${name}`)
}

behaviour('KATA-RTCLASS-001', {
  on: cluster(),
  pods: () => ({}),
  async check({ api, facts, expect }) {
    await mustBeThere({ api, facts }, 'kata-qemu')
    const found = await runtimeClassObject(api, 'kata-qemu')
    expect(found ? 'there' : 'absent', 'RuntimeClass kata-qemu').to.equal('there')
    expect(found?.handler, 'handler of kata-qemu').to.equal('kata-qemu')
    expect(found?.nodeSelector, 'scheduling.nodeSelector of kata-qemu').to.include({
      'katacontainers.io/kata-runtime': 'true',
    })
    expect(Object.keys(found?.overhead ?? {}), 'overhead.podFixed of kata-qemu').to.include.members(['cpu', 'memory'])
  },
  killedBy: {
    'kata-qemu-class-missing': "RuntimeClass kata-qemu: expected 'absent' to equal 'there'",
    'kata-qemu-handler-renamed': "handler of kata-qemu: expected 'kata' to equal 'kata-qemu'",
    'runtimeclass-scheduling-missing': 'scheduling.nodeSelector of kata-qemu',
    'runtimeclass-overhead-missing': 'overhead.podFixed of kata-qemu',
  },
})

/** Classes that are there only where they are enabled: the operator's profile says so, or the class is found. */
const enabledByChoice = [
  { id: 'KATA-RTCLASS-002', name: 'kata-clh', killer: 'kata-clh-class-with-qemu-handler' },
  { id: 'KATA-RTCLASS-003', name: 'kata-fc', killer: 'kata-fc-class-with-qemu-handler' },
  { id: 'KATA-RTCLASS-004', name: 'kata-dragonball', killer: 'kata-dragonball-class-with-qemu-handler' },
  { id: 'KATA-RTCLASS-005', name: 'kata-qemu-minimal', killer: 'minimal-class-with-qemu-handler' },
  { id: 'KATA-RTCLASS-006', name: 'kata-qemu-block-minimal', killer: 'block-minimal-class-with-qemu-handler' },
]

for (const { id, name, killer } of enabledByChoice) {
  behaviour(id, {
    on: cluster((facts) => declaredOrThere(facts, name)),
    pods: () => ({}),
    async check({ api, expect }) {
      const found = await runtimeClassObject(api, name)
      expect(found ? 'there' : 'absent', `RuntimeClass ${name}`).to.equal('there')
      expect(found?.handler, `handler of ${name}`).to.equal(name)
    },
    killedBy: { [killer]: `handler of ${name}: expected 'kata-qemu' to equal '${name}'` },
  })
}

// The documents differ in what is enabled by default (the guide's table: kata-qemu alone; its sample block: three; upstream's chart: all).
// What they share is that a class is there when its shim is enabled and absent otherwise, so the operator's profile decides.
behaviour('KATA-RTCLASS-007', {
  on: cluster(({ declared, declaresAllClasses = true }) =>
    declared !== null && declaresAllClasses ? true : { no: 'no profile says of all classes whether they are enabled' },
  ),
  pods: () => ({}),
  async check({ facts, expect }) {
    const there = facts.cluster.classes.map(({ name }) => name)
    const declared = (facts.cluster.declared ?? []).map(({ name }) => name)
    expect(there, 'Kata RuntimeClasses of the cluster').to.have.members(declared)
  },
  killedBy: {
    'kata-qemu-class-missing': 'Kata RuntimeClasses of the cluster',
    'undeclared-runtimeclass': 'Kata RuntimeClasses of the cluster',
    'stratovirt-class-offered': 'Kata RuntimeClasses of the cluster',
    'default-class-left-behind': 'Kata RuntimeClasses of the cluster',
  },
})
