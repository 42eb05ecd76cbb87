import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { imageContent } from '../../helpers/node/imageContent.ts'
import { classes } from '../../helpers/oracles/applicability.ts'
import { confidentialClass, runnableHere } from '../../helpers/oracles/confidentialClass.ts'
import { pod } from '../../helpers/pods/pod.ts'

/** Images that the kubelet reports of a node: those that somebody else has used there. */
const imagesOf = (node: Record<string, unknown> | null): readonly string[] =>
  ((node?.['status'] ?? {}) as { images?: { names?: string[] }[] }).images?.flatMap(({ names = [] }) => names) ?? []

// What was there before says nothing: an image is asked for of which no other check makes a container.
behaviour('KATA-NYDUS-005', {
  on: classes(confidentialClass, runnableHere),
  pods: ({ runtimeClass }) => ({ pod: pod('unshared', runtimeClass).command(['sleep', '3601']) }),
  async check(context) {
    const { pods, node, facts, api, finding, expect } = context
    await expectInVm(context, pods.pod)
    const content = await imageContent(node, pods.pod, need(facts.node.architecture, 'the architecture of the node'))
    if (content === null || content.layers.length === 0)
      throw new FactUnknownError(
        'which layers the image has',
        `containerd's content store on ${node.node} has no manifest of it`,
      )
    const there = content.layers.filter((layer) => layer.there).map(({ digest }) => digest.slice(0, 12))
    const before = imagesOf(await api.find({ apiVersion: 'v1', kind: 'Node', name: node.node }))
    const { image = '' } =
      ((pods.pod.object['status'] ?? {}) as { containerStatuses?: { image?: string }[] }).containerStatuses?.[0] ?? {}
    if (there.length > 0 && before.includes(image) && facts.cluster.classes.length > 1)
      finding(`${image} is among the images that the kubelet of ${node.node} reports`)
    expect(there, `layers of an image of a confidential guest that its node has in ${content.store}`).to.deep.equal([])
    finding(`manifest ${content.manifest.slice(0, 12)} is on the node, none of ${content.layers.length} layers is`)
  },
  killedBy: { 'node-fetches-layers-for-nydus': 'layers of an image of a confidential guest that its node has' },
})
