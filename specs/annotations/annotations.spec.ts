import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import {
  annotationOutcome,
  hypervisorAnnotation,
  sizingEnabled,
  sizingKeys,
} from '../../helpers/oracles/annotationOutcome.ts'
import {
  anyKata,
  classes,
  type ClassCondition,
  decide,
  goShim,
  notConfidential,
  onNode,
  rustShim,
} from '../../helpers/oracles/applicability.ts'
import { annotatedPod, seenOutcome } from './sizedByAnnotations.ts'

const sizingBy =
  (allowed: boolean): ClassCondition =>
  (facts) =>
    decide('enable_annotations', facts.enabledAnnotations, () => sizingEnabled(facts) === allowed)

// The guide calls them ignored. The Go shim refuses the pod (recorded on 3.26.0), which keeps the promise that matters: nobody sizes a VM past the operator.
behaviour('KATA-ANNOT-001', {
  on: classes(goShim, onNode, notConfidential, sizingBy(false)),
  pods: (context) => ({ pod: annotatedPod(context) }),
  async check(context) {
    const { finding, expect } = context
    const outcome = await seenOutcome(context)
    expect(outcome, 'what becomes of sizing annotations that are not enabled').to.be.oneOf(['rejected', 'ignored'])
    finding(`annotations that are not enabled: ${outcome}`)
  },
  killedBy: {
    'go-shim-honours-every-annotation': 'what becomes of sizing annotations that are not enabled',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-ANNOT-002', {
  on: classes(rustShim, onNode, notConfidential),
  pods: (context) => ({ pod: annotatedPod(context) }),
  async check(context) {
    const { facts, finding, expect } = context
    const outcome = await seenOutcome(context)
    expect(outcome, 'what becomes of sizing annotations, by enable_annotations of the class').to.equal(
      annotationOutcome(facts.class),
    )
    if (outcome === 'honoured')
      finding("annotations honoured: the Rust shim's own list has default_memory and default_vcpus")
  },
  killedBy: {
    'enabled-annotations-ignored': "expected 'ignored' to equal 'honoured'",
    'pod-annotations-not-passed': "expected 'ignored' to equal 'honoured'",
  },
})

behaviour('KATA-ANNOT-003', {
  on: classes(onNode, notConfidential, sizingBy(true)),
  pods: (context) => ({ pod: annotatedPod(context) }),
  async check(context) {
    context
      .expect(await seenOutcome(context), 'what becomes of sizing annotations that are enabled')
      .to.equal('honoured')
  },
  killedBy: {
    'enabled-annotations-ignored': "sizing annotations that are enabled: expected 'ignored' to equal 'honoured'",
    'pod-annotations-not-passed': "sizing annotations that are enabled: expected 'ignored' to equal 'honoured'",
  },
})

/** pod_annotations of containerd are path.Match patterns: * stands for anything but a slash. */
const passes = (patterns: readonly string[], key: string): boolean =>
  patterns.some((pattern) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^$()|[\]{}\\]/g, '\\$&')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')}$`,
    ).test(key),
  )

// Without this the annotations never reach the shim, and that they have no effect would prove nothing.
behaviour('KATA-ANNOT-004', {
  on: anyKata,
  pods: () => ({}),
  async check({ facts, node, expect }) {
    const handler = need(facts.class.handler, 'the handler of the RuntimeClass')
    const configuration = await node.containerd()
    if (configuration === null)
      throw new FactUnknownError('pod_annotations', `no configuration of containerd in a known place on ${node.node}`)
    const patterns = configuration.runtimes.find((each) => each.handler === handler)?.podAnnotations ?? []
    const passed = sizingKeys.filter((key) => passes(patterns, `${hypervisorAnnotation}${key}`))
    expect(
      passed,
      `sizing annotations that containerd passes to ${handler} (${patterns.join(', ') || 'none'})`,
    ).to.deep.equal([...sizingKeys])
  },
  killedBy: { 'pod-annotations-not-passed': 'sizing annotations that containerd passes to' },
})
