import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { cluster, kataNodes, labelledKata, nodes, withoutKvm } from '../../helpers/oracles/applicability.ts'
import { someClass } from '../../helpers/oracles/someClass.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const capable = 'System is capable of running Kata Containers'

behaviour('KATA-TROUBLE-001', {
  on: kataNodes,
  pods: () => ({}),
  async check({ node, finding, expect }) {
    const check = await node.kataRuntimeCheck()
    if (!check.ran) throw new FactUnknownError(`kata-runtime check on ${node.node}`, check.why)
    expect(check.output, `kata-runtime check on ${node.node}`).to.include(capable)
    expect(check.exitCode, `exit status of kata-runtime check on ${node.node}`).to.equal(0)
    finding(`${node.node}: ${check.output.split('\n').join('; ')}`)
  },
  killedBy: {
    'node-without-virtualization-flags': 'kata-runtime check on',
    'node-without-kvm': 'kata-runtime check on',
    'kvm-locked-by-firmware': 'kata-runtime check on',
    'kata-emulates-without-kvm': 'kata-runtime check on',
  },
})

// /dev/kvm is never taken away from a node for this: it is looked at where it is missing.
behaviour('KATA-TROUBLE-004', {
  on: nodes(labelledKata, withoutKvm),
  pods: ({ facts }) => ({ pod: busybox(someClass(facts).name).awaits('settled') }),
  async check({ pods, finding, facts, expect }) {
    const { outcome, failure } = pods.pod
    expect(outcome, `outcome of a Kata pod on ${facts.node.name}, which has no KVM`).to.equal('not-started')
    expect(failure?.reason, 'why it does not start').to.equal('FailedCreatePodSandBox')
    expect(failure?.message, 'what the event says').to.match(/kvm/i)
    finding(`${facts.node.name}, ${facts.node.kvmUsable.how}: ${failure?.message}`)
  },
  killedBy: { 'kata-emulates-without-kvm': "which has no KVM: expected 'ready' to equal 'not-started'" },
})

behaviour('KATA-TROUBLE-006', {
  on: cluster(),
  pods: ({ facts: { cluster: all } }) => {
    const plain = all.nodes.find((node) => node.kata.value === false && node.schedulable.value !== false)
    const [first] = all.classes
    if (!plain || !first) throw new FactUnknownError('a node without Kata and a class', 'there is none')
    return { pod: busybox(first.name).boundTo(plain.name).awaits('settled') }
  },
  async check({ pods, finding, expect }) {
    const { outcome, failure } = pods.pod
    expect(outcome, 'outcome of a Kata pod that is bound to a node without Kata').to.equal('not-started')
    const how = [
      { by: 'the kubelet, by the nodeSelector of the class', seen: failure?.reason === 'NodeAffinity' },
      { by: 'the runtime, which has no such handler', seen: failure?.reason === 'FailedCreatePodSandBox' },
    ].find(({ seen }) => seen)
    finding(`refused by ${how?.by ?? failure?.reason}: ${failure?.message}`)
    expect(how?.by, 'who refuses it').to.be.a('string')
  },
  killedBy: { 'node-without-kata-runs-its-pods': "bound to a node without Kata: expected 'ready'" },
})
