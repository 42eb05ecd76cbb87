import { behaviour } from '../../helpers/behaviour.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import type { Facts } from '../../helpers/facts/armFacts.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { snapshotterLacking } from '../../helpers/facts/snapshotterLacking.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { amd64, kataNodes, labelledKata, nested, nodes } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** vmx (Intel VT-x) or svm (AMD-V) of the node's first CPU; null when it has neither. */
async function virtualizationFlag(node: NodeProbe): Promise<string | null> {
  const cpuinfo = await node.readFile('/proc/cpuinfo')
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/) ?? []
  return flags.find((flag) => flag === 'vmx' || flag === 'svm') ?? null
}

// Other architectures have no such flag: the claim is about amd64 alone.
behaviour('KATA-PREREQ-001', {
  on: nodes(labelledKata, amd64),
  pods: () => ({}),
  async check({ node, finding, expect }) {
    const flag = await virtualizationFlag(node)
    expect(flag, `virtualization flag of ${node.node}`).to.be.oneOf(['vmx', 'svm'])
    finding(`${node.node} has ${flag}`)
  },
  killedBy: { 'node-without-virtualization-flags': 'virtualization flag of' },
})

behaviour('KATA-PREREQ-002', {
  on: kataNodes,
  pods: () => ({}),
  async check({ node, expect }) {
    const kvm = await node.kvm()
    expect(kvm.present ? kvm.kind : 'absent', `/dev/kvm of ${node.node}`).to.equal('character special file')
    // 10:232 is KVM's place among the misc devices (Linux, Documentation/admin-guide/devices.txt); stat prints it in hexadecimal.
    expect(kvm.device, `device number of /dev/kvm of ${node.node}`).to.equal('a:e8')
    // The file alone proves nothing: where the firmware has locked VT-x it is there and does not open.
    expect(kvm.opens ? 'opens' : 'refuses', `opening /dev/kvm of ${node.node}`).to.equal('opens')
    expect(kvm.driver ? 'registered' : 'none', `driver of KVM in the kernel of ${node.node}`).to.equal('registered')
  },
  killedBy: {
    'node-without-kvm': "expected 'absent' to equal 'character special file'",
    'kata-emulates-without-kvm': "expected 'absent' to equal 'character special file'",
    'kvm-locked-by-firmware': "expected 'refuses' to equal 'opens'",
  },
})

behaviour('KATA-PREREQ-005', {
  on: nodes(labelledKata, nested, amd64),
  pods: ({ facts }) => ({ pod: busybox(someKataClass(facts)).awaits('settled') }),
  async check({ pods, node, api, facts, finding, expect }) {
    finding(`${node.node} is a virtual machine: ${facts.node.machine.value ?? facts.node.machine.how}`)
    const kvm = await node.kvm()
    expect(await virtualizationFlag(node), `virtualization flag of the virtual node ${node.node}`).to.be.oneOf([
      'vmx',
      'svm',
    ])
    expect(kvm.opens ? 'opens' : 'does not open', `/dev/kvm of the virtual node ${node.node}`).to.equal('opens')
    const { pod } = pods
    expect(pod.failure?.message ?? pod.outcome, `a Kata pod on the virtual node ${node.node}`).to.equal('ready')
    expectOwnKernel(expect, "boot_id in that pod beside the node's", await bootId(pod), await api.bootId(pod.node))
  },
  killedBy: {
    'node-without-virtualization-flags': 'virtualization flag of the virtual node',
    'node-without-kvm': '/dev/kvm of the virtual node',
    'kata-emulates-without-kvm': '/dev/kvm of the virtual node',
    'kvm-locked-by-firmware': '/dev/kvm of the virtual node',
    'cloud-hypervisor-aborts-when-nested': 'a Kata pod on the virtual node',
    'runc-behind-kata-handlers': "boot_id in that pod beside the node's",
  },
})

/** A class that the node can run. */
function someKataClass({ cluster, node }: Facts): string {
  const found = cluster.classes.find(
    (each) => each.nodes.includes(node.name) && snapshotterLacking(each, node) === null,
  )
  if (!found) throw new FactUnknownError('a Kata RuntimeClass for the node', `none can be scheduled to ${node.name}`)
  return found.name
}
