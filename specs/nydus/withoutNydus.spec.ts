import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { unknown } from '../../helpers/facts/fact.ts'
import { warnings } from '../../helpers/facts/warnings.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { classes, notConfidential, notRemote } from '../../helpers/oracles/applicability.ts'
import { isNydus, pullsInGuest, unpacksOnNode } from '../../helpers/oracles/imageSnapshotter.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const notLooked = unknown<never>('containerd was not read')

// The guide's list of classes that work at once, by what makes them so: kata-fc is one of them where devmapper is set up.
behaviour('KATA-NYDUS-001', {
  on: classes(notConfidential, notRemote, unpacksOnNode),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).awaits('settled') }),
  async check(context) {
    const { pods, facts, expect } = context
    const snapshotter = need(facts.class.snapshotter ?? notLooked, 'the snapshotter of the handler')
    expect(isNydus(snapshotter) ? snapshotter : 'not nydus', 'snapshotter of the handler').to.equal('not nydus')
    expect(pods.pod.failure?.message ?? pods.pod.outcome, 'a pod of the class, without nydus').to.equal('ready')
    await expectInVm(context, pods.pod)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'dragonball-handler-names-nydus': "expected 'nydus' to equal 'not nydus'",
  },
})

behaviour('KATA-NYDUS-002', {
  on: classes(pullsInGuest),
  pods: () => ({}),
  check({ facts, expect }) {
    const snapshotter = need(facts.class.snapshotter ?? notLooked, 'the snapshotter of the handler')
    expect(snapshotter, "snapshotter in containerd's entry of the handler").to.match(/^nydus(-|$)/)
    return Promise.resolve()
  },
  killedBy: {
    'tee-handlers-without-snapshotter': "snapshotter in containerd's entry of the handler",
    'coco-handler-names-another-snapshotter': "snapshotter in containerd's entry of the handler",
  },
})

behaviour('KATA-NYDUS-003', {
  on: classes(pullsInGuest),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).awaits('settled') }),
  check({ pods, finding, expect }) {
    const { outcome, failure, object } = pods.pod
    expect(outcome, 'outcome of a pod whose class wants nydus, without it').to.equal('not-started')
    expect(failure?.reason, 'why it does not start').to.equal('FailedCreatePodSandBox')
    // What stands before it differs between releases of containerd.
    expect(failure?.message, 'what the event says').to.match(/snapshotter nydus(-\S+)? was not found: not found/)
    const { phase } = (object['status'] ?? {}) as { phase?: string }
    expect(phase, 'phase of the pod').to.equal('Pending')
    finding(`without nydus: ${failure?.message ?? ''}`)
    return Promise.resolve()
  },
  killedBy: {
    'tee-handlers-without-snapshotter': 'outcome of a pod whose class wants nydus, without it',
    'missing-nydus-not-named': 'what the event says',
    'missing-snapshotter-replaced': 'outcome of a pod whose class wants nydus, without it',
    'coco-handler-names-another-snapshotter': 'what the event says',
  },
})

behaviour('KATA-NYDUS-004', {
  on: classes(pullsInGuest),
  pods: () => ({}),
  furtherPods: 1,
  async check({ facts, runtimeClass, createPod, finding, expect }) {
    const handler = need(facts.class.handler, 'the handler of the RuntimeClass')
    const runsAs = facts.class.runtimeType?.value ?? 'nothing'
    expect(runsAs, `what containerd runs handler ${handler} with`).to.match(/kata/)
    const there = need(facts.node.snapshotters ?? notLooked, 'the snapshotters of the node')
    if (there.some(isNydus)) return finding('nydus is set up')
    const pod = await createPod(busybox(runtimeClass).awaits('settled'))
    expect(pod.outcome, 'outcome of a pod of an enabled class, while nydus is not set up').to.equal('not-started')
    const told = warnings(facts.cluster).filter((text) => text.includes(`RuntimeClass ${facts.class.name}:`))
    expect(told.join('; '), 'what is told before any pod is tried').to.include('nydus')
  },
  killedBy: {
    'tee-handlers-without-snapshotter': 'outcome of a pod of an enabled class, while nydus is not set up',
  },
})
