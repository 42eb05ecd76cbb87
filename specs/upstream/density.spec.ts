import { behaviour } from '../../helpers/behaviour.ts'
import { NotApplicableError } from '../../helpers/facts/armFacts.ts'
import { podRequests } from '../../helpers/facts/nodeRequests.ts'
import { densitySteps, type NodeMemory, roomFor, whyStop } from '../../helpers/figures/densitySteps.ts'
import { busyShare, quietShare } from '../../helpers/figures/quietNode.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { letPass } from '../../helpers/guest/letPass.ts'
import { mebibytes, meminfo } from '../../helpers/guest/meminfo.ts'
import { footprint } from '../../helpers/node/footprint.ts'
import { classes, notConfidential, notRemote } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

/** Upstream lets the memory of sandboxes be 20 % more than expected (checkmetrics-json-qemu-kata-metric8.toml, Kata 3.28). */
const mostGrowth = 1.2
/** Upstream's test waits as long before it looks. */
const settleSeconds = 5
/** Fewer sandboxes cannot tell a cost that grows from one that does not. */
const fewest = 4

interface Step {
  readonly sandboxes: number
  readonly memory: NodeMemory
}

behaviour('KATA-UPSTREAM-027', {
  on: classes(notRemote, notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const { runtimeClass, facts, finding, expect, createPod, measure, pods, node } = context
    const busy = await busyShare(pods.watcher)
    if (busy > quietShare) throw new Error(`the node is not quiet: ${(busy * 100).toFixed(0)} % of its CPUs are busy`)

    const running: PodHandle[] = []
    const taken: Step[] = [{ sandboxes: 0, memory: await settled(pods.watcher) }]
    const last = (): Step => taken.at(-1) as Step
    for (const sandboxes of densitySteps) {
      const [first] = running
      const stop =
        first &&
        whyStop(sandboxes - running.length, {
          eachMiB: eachOf(taken[0] as Step, last()),
          memory: last().memory,
          room: roomFor(facts.node, podRequests(first.object)) - running.length,
        })
      if (stop) {
        finding(`not ${sandboxes} sandboxes at once: ${stop}`)
        break
      }
      const fresh = Array.from({ length: sandboxes - running.length }, () =>
        createPod(busybox(runtimeClass).unshared()),
      )
      running.push(...(await Promise.all(fresh)))
      if (!first) await expectInVm(context, running[0] as PodHandle)
      taken.push({ sandboxes, memory: await settled(pods.watcher) })
      const held = await Promise.all(running.map((pod) => footprint(node, pod)))
      const pssMiB = held.reduce((sum, each) => sum + each.pssMiB, 0) / sandboxes
      measure(`PSS of a sandbox among ${sandboxes}`, pssMiB, 'MiB')
      measure(`what a sandbox among ${sandboxes} takes from the node`, eachOf(taken[0] as Step, last()), 'MiB')
    }
    if (running.length < fewest)
      throw new NotApplicableError(`the node has no room for ${fewest} sandboxes of ${runtimeClass ?? ''} at once`)

    const [none, half, all] = [taken[0] as Step, taken.at(-2) as Step, last()]
    const growth = measure('the last of them by the first', eachOf(half, all) / eachOf(none, half), '')
    expect(
      growth,
      `what each of the last ${all.sandboxes - half.sandboxes} sandboxes takes from the node, by what each of the first ${half.sandboxes} takes`,
    ).to.be.below(mostGrowth)
  },
  exclusive: true,
  timeoutMs: 15 * 60_000,
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
    'node-memory-lost-to-crowds': 'what each of the last 8 sandboxes takes from the node',
  },
})

/** What the node gave up for each sandbox that came between two steps, MiB. */
const eachOf = (before: Step, after: Step): number =>
  (before.memory.available - after.memory.available) / (after.sandboxes - before.sandboxes)

/** /proc/meminfo in a pod of the default runtime is the node's. */
async function settled(watcher: PodHandle): Promise<NodeMemory> {
  await letPass(watcher, settleSeconds)
  const info = await meminfo(watcher)
  return { total: mebibytes(info, 'MemTotal'), available: mebibytes(info, 'MemAvailable') }
}
