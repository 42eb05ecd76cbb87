import type { CheckContext } from '../behaviour.ts'
import { need } from '../facts/armFacts.ts'
import type { HostProcess } from '../node/nodeProbe.ts'
import { isKataShim } from '../node/sandboxProcesses.ts'
import { type QemuCommandLine, qemuCommandLine } from '../node/qemuCommandLine.ts'
import type { PodHandle } from '../pods/podHandle.ts'

type Context = Pick<CheckContext<string, unknown>, 'node' | 'facts' | 'expect'>

/**
 * The process of the host that is the pod's virtual machine: the hypervisor, or the shim itself where the VMM is built into it (Dragonball).
 * Asserts that there is one: a pod without it is not in a VM.
 */
export async function vmm({ node, facts, expect }: Context, pod: PodHandle): Promise<HostProcess> {
  const { hypervisors, shims } = await node.sandbox(pod.uid)
  const inShim = need(facts.class.hypervisor, 'hypervisor') === 'dragonball'
  const candidates = inShim ? shims.filter(isKataShim) : hypervisors
  expect(candidates, `VMM processes of pod ${pod.name}`).to.not.be.empty
  const [process] = candidates
  if (!process) throw new Error(`pod ${pod.name} has no VMM`)
  return process
}

/** What the pod's QEMU was started with. */
export const qemuOf = async (context: Context, pod: PodHandle): Promise<QemuCommandLine> =>
  qemuCommandLine((await vmm(context, pod)).argv)

/**
 * Resident memory of the pod's VMM, MiB: VmRSS, which counts the guest's memory as shared pages (RssShmem) when QEMU shares it with virtiofsd.
 * Guest memory that was touched once stays resident, so a figure read right after the start is the fresh one.
 */
export async function vmmRss(context: Context, pod: PodHandle): Promise<number> {
  const { pid } = await vmm(context, pod)
  return (await context.node.memory(pid)).rssKiB / 1024
}
