import { behaviour } from '../../helpers/behaviour.ts'
import { containerdOf } from '../../helpers/deployment/containerdOf.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { classes, oneOf } from '../../helpers/oracles/applicability.ts'
import { teeClasses } from '../../helpers/oracles/documentedClasses.ts'

behaviour('KATA-SHIM-012', {
  on: classes(oneOf(teeClasses)),
  pods: () => ({}),
  async check({ node, facts, runtimeClass, finding, expect }) {
    const handler = need(facts.class.handler, 'the handler of the RuntimeClass')
    const entry = (await containerdOf(node)).runtimes.find((each) => each.handler === handler)
    expect(entry?.handler ?? 'none', `handler that containerd has for ${runtimeClass}`).to.equal(handler)
    const forced = facts.class.forcesGuestPull?.value === true
    if (forced) return finding(`${runtimeClass} is there, with experimental_force_guest_pull and ${entry?.snapshotter}`)
    // nydus-<suffix> beside several installations (kata-deploy, containerd.rs). Images of such guests are unpacked within them.
    expect(entry?.snapshotter ?? 'none', `snapshotter of ${handler}`).to.match(/^nydus(-[\w-]+)?$/)
    finding(`${runtimeClass} is there, with ${entry?.type} and ${entry?.snapshotter}`)
  },
  killedBy: {
    'coco-handler-names-another-snapshotter': 'snapshotter of kata-qemu-coco-dev',
    'tee-handlers-without-snapshotter': 'snapshotter of kata-qemu-coco-dev',
  },
})
