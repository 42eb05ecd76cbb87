import { behaviour } from '../../helpers/behaviour.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import { cluster } from '../../helpers/oracles/applicability.ts'
import { runtimeClassObject } from './runtimeClassObject.ts'

const declares = ({ declared }: ClusterFacts, name: string) => declared?.some((each) => each.name === name) ?? false

behaviour('KATA-RTCLASS-001', {
  on: cluster((facts) =>
    facts.declared === null || declares(facts, 'kata-qemu') ? true : { no: 'the profile does not declare kata-qemu' },
  ),
  pods: () => ({}),
  async check({ api, expect }) {
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
    on: cluster((facts) =>
      declares(facts, name) || facts.classes.some((each) => each.name === name)
        ? true
        : { no: `${name} is neither there nor declared by a profile` },
    ),
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
  on: cluster(({ declared }) => (declared === null ? { no: 'no profile says which classes are enabled' } : true)),
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
