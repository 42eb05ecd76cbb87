import { expect } from 'chai'
import { statusOf } from '../../simulator/kubelet/seen.ts'
import { startTestNode } from '../../simulator/kubelet/testNode.ts'
import { kataScenarios } from './kataScenarios.ts'
import { recordedPod } from './recordedPod.ts'
import { runcScenarios } from './runcScenarios.ts'
import { sequence, settled } from './shape.ts'

describe('life of a pod, as recorded from real kubelets', () => {
  for (const scenario of [...kataScenarios, ...runcScenarios]) {
    it(scenario.title, async () => {
      const recorded = recordedPod(scenario.recording, scenario.pod)
      const node = await startTestNode()
      try {
        scenario.before?.(node)
        const { runtimeClassName } = recorded.manifest.spec as { runtimeClassName?: string }
        if (runtimeClassName)
          await node.api.create('/apis/node.k8s.io/v1/runtimeclasses', {
            apiVersion: 'node.k8s.io/v1',
            kind: 'RuntimeClass',
            metadata: { name: runtimeClassName },
            handler: runtimeClassName,
          })
        await node.run(scenario.pod, { ...recorded.manifest.spec, nodeSelector: {} })
        await scenario.story(node, scenario.pod)
        const seen = sequence(
          node.api.history.filter(({ object }) => object.kind === 'Pod').map(({ object }) => statusOf(object)),
        )
        const compared = seen.filter((_shape, index) => !scenario.shown?.includes(index))
        const expected = recorded.sequence.filter((_shape, index) => !scenario.passedOver?.includes(index))
        expect(compared).to.deep.equal(expected)
        const told = node
          .events(scenario.pod)
          .map(({ type, reason, message }) => settled(`${type} ${reason} ${message}`))
        // a probe that meets a container on its way out is a matter of the moment
        expect(told).to.include.members(
          recorded.events.filter((event) => !event.includes('errored and resulted in unknown state')),
        )
      } finally {
        await node.close()
      }
    })
  }
})
