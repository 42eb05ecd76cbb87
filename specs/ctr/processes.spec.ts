import { behaviour } from '../../helpers/behaviour.ts'
import { runsKata } from '../../helpers/node/containerdConfig.ts'
import { anyKata, classes, oneOf, sharedByVirtiofsd } from '../../helpers/oracles/applicability.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { busybox } from '../../helpers/pods/pod.ts'

// The notes count two virtiofsd: it forks once more, and releases differ in whether the child stays. One at least is what virtio-fs needs.
behaviour('KATA-CTR-003', {
  on: classes(oneOf(['kata-qemu']), sharedByVirtiofsd),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, node, measure, expect }) {
    const { shims, hypervisors, virtiofsds } = await node.sandbox(pods.pod.uid)
    expect(measure('shims of the sandbox', shims.length, 'processes'), 'shims of a kata-qemu sandbox').to.equal(1)
    expect(hypervisors.map(({ comm }) => comm).join(' '), 'hypervisors of a kata-qemu sandbox').to.match(/^qemu\S*$/)
    expect(
      measure('virtiofsd of the sandbox', virtiofsds.length, 'processes'),
      'virtiofsd of a kata-qemu sandbox',
    ).to.be.at.least(1)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'hypervisors of a kata-qemu sandbox',
    'second-hypervisor-per-sandbox': 'hypervisors of a kata-qemu sandbox',
    'virtiofsd-missing': 'virtiofsd of a kata-qemu sandbox',
  },
})

// The notes have io.containerd.run.kata.v2, by which they started the container themselves: a pod's is what its handler is configured with.
behaviour('KATA-CTR-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, node, facts, expect }) {
    const listed = await node.ctrContainers()
    if (listed === null) throw new FactUnknownError('what ctr lists', `no ctr on ${node.node}`)
    const { sandboxId } = await node.sandbox(pods.pod.uid)
    const handler = need(facts.class.handler, 'the handler of the RuntimeClass')
    const runtime = listed.get(sandboxId) ?? 'no such container'
    expect(runtime, `RUNTIME that ctr shows of a sandbox of ${handler}`).to.match(
      /^io\.containerd\.kata(-[\w-]+)?\.v2$/,
    )
    const configured = (await node.containerd())?.runtimes.find((each) => each.handler === handler)
    expect(runtime, `RUNTIME beside the runtime_type of ${handler}`).to.equal(configured?.type)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'RUNTIME that ctr shows of a sandbox of kata-qemu',
    'kata-clh-with-a-legacy-runtime-type': 'RUNTIME that ctr shows of a sandbox of kata-clh',
  },
})

/** What the EL8 notes have beside it, of shims that containerd 2.0 no longer knows. */
const removedTypes = ['io.containerd.runc.v1', 'io.containerd.runtime.v1.linux']

// The notes' handler is kata with io.containerd.kata.v2; kata-deploy writes io.containerd.kata-<shim>.v2 for each of its own.
behaviour('KATA-CTR-004', {
  on: anyKata,
  pods: () => ({}),
  async check({ node, facts, runtimeClass, finding, expect }) {
    const containerd = await node.containerd()
    const handler = need(facts.class.handler, 'the handler of the RuntimeClass')
    const entry = containerd?.runtimes.find((each) => each.handler === handler)
    expect(entry?.type ?? 'no such handler', `runtime_type of ${handler}, the handler of ${runtimeClass}`).to.match(
      /^io\.containerd\.kata(-[\w-]+)?\.v2$/,
    )
    const obsolete = containerd?.runtimes.filter(
      (each) => removedTypes.includes(each.type) || (each.handler === 'katacli' && !runsKata(each)),
    )
    finding(`${handler} is ${entry?.type}; obsolete: ${obsolete?.map((each) => each.handler).join(', ') || 'none'}`)
  },
  killedBy: {
    'kata-clh-with-a-legacy-runtime-type':
      "runtime_type of kata-clh, the handler of kata-clh: expected 'io.containerd.runtime.v1.linux'",
  },
})
