import type { CheckContext } from '../../helpers/behaviour.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { hasCpusets, sandboxVcpus } from '../../helpers/oracles/sandboxSize.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

/** A pod without limits tells a VM that grew from a node that happens to have as many CPUs. Where the kubelet gives it a cpuset, its VM grows, too. */
export async function expectBareVcpus(
  { facts, expect }: Pick<CheckContext<string, unknown>, 'facts' | 'expect'>,
  bare: PodHandle,
): Promise<void> {
  if (hasCpusets(facts.node)) return
  expect(await nproc(bare), 'nproc of the pod to compare with, without limits').to.equal(
    sandboxVcpus(facts.class, facts.node, []).total,
  )
}
