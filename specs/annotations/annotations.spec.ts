import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import {
  annotationOutcome,
  hypervisorAnnotation,
  sizingKeys,
  sizingKeysOf,
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
import { annotatedPods, seenOutcome } from './sizedByAnnotations.ts'

/** A pod may size its sandbox by at least one annotation, or there is one by which it may not. */
const sizingBy =
  (enabled: boolean): ClassCondition =>
  (facts) =>
    decide('enable_annotations', facts.enabledAnnotations, () => sizingKeysOf(facts, enabled).length > 0)

// The guide calls them ignored. The Go shim refuses the pod (recorded on 3.26.0), which keeps the promise that matters: nobody sizes a VM past the operator.
behaviour('KATA-ANNOT-001', {
  on: classes(goShim, onNode, notConfidential, sizingBy(false)),
  pods: (context) => annotatedPods(context, sizingKeysOf(context.facts.class, false)),
  async check(context) {
    const { facts, finding, expect } = context
    for (const key of sizingKeysOf(facts.class, false)) {
      const outcome = await seenOutcome(context, key)
      expect(outcome, `what becomes of ${key}, which is not enabled`).to.be.oneOf(['rejected', 'ignored'])
      finding(`${key}, which is not enabled: ${outcome}`)
    }
  },
  killedBy: {
    'go-shim-honours-every-annotation': 'which is not enabled',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-ANNOT-002', {
  on: classes(rustShim, onNode, notConfidential),
  pods: (context) => annotatedPods(context, sizingKeys),
  async check(context) {
    const { facts, finding, expect } = context
    for (const key of sizingKeys) {
      const outcome = await seenOutcome(context, key)
      expect(outcome, `what becomes of ${key}, by enable_annotations of the class`).to.equal(
        annotationOutcome(facts.class, key),
      )
      if (outcome === 'honoured') finding(`${key} honoured: the Rust shim's own list has it`)
    }
  },
  killedBy: {
    'enabled-annotations-ignored': "expected 'ignored' to equal 'honoured'",
    'pod-annotations-not-passed': "expected 'ignored' to equal 'honoured'",
  },
})

behaviour('KATA-ANNOT-003', {
  on: classes(onNode, notConfidential, sizingBy(true)),
  pods: (context) => annotatedPods(context, sizingKeysOf(context.facts.class, true)),
  async check(context) {
    for (const key of sizingKeysOf(context.facts.class, true))
      context.expect(await seenOutcome(context, key), `what becomes of ${key}, which is enabled`).to.equal('honoured')
  },
  killedBy: {
    'enabled-annotations-ignored': "which is enabled: expected 'ignored' to equal 'honoured'",
    'pod-annotations-not-passed': "which is enabled: expected 'ignored' to equal 'honoured'",
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
