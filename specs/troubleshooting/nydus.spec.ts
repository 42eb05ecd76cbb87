import { behaviour } from '../../helpers/behaviour.ts'
import { classes, oneOf } from '../../helpers/oracles/applicability.ts'
import { teeClasses } from '../../helpers/oracles/documentedClasses.ts'
import { pullsInGuest } from '../../helpers/oracles/imageSnapshotter.ts'
import { remedyOf } from '../../helpers/oracles/remedies.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-TROUBLE-010', {
  on: classes(pullsInGuest, oneOf(teeClasses)),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).awaits('settled') }),
  async check({ pods, finding, expect }) {
    const { outcome, failure } = pods.pod
    expect(outcome, 'outcome of a pod whose snapshotter nobody set up').to.equal('not-started')
    const found = remedyOf(failure?.message ?? '')
    expect(found?.cause ?? failure?.message, 'cause that the message tells').to.equal('nydus snapshotter missing')
    finding(`${failure?.message}: ${found?.remedy}`)
  },
  killedBy: {
    'missing-snapshotter-replaced': 'outcome of a pod whose snapshotter nobody set up',
    'coco-handler-names-another-snapshotter': 'cause that the message tells',
    'missing-nydus-not-named': 'cause that the message tells',
    'tee-handlers-without-snapshotter': "outcome of a pod whose snapshotter nobody set up: expected 'ready'",
  },
})
