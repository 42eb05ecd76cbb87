import { pause } from '../cluster/deadline.ts'
import type { HostProcess, NodeProbe } from './nodeProbe.ts'

/**
 * Those of the processes that still run when `withinMs` have passed, by program. The kubelet removes a pod once its sandbox is stopped, the shim ends a
 * little later; a host's process table has no watch, so it is read until they are gone.
 */
export async function survivors(
  node: Pick<NodeProbe, 'processes'>,
  ours: readonly HostProcess[],
  { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const now = await node.processes()
    const left = ours.filter(({ pid, comm }) => now.some((each) => each.pid === pid && each.comm === comm))
    if (left.length === 0 || Date.now() > deadline) return left.map(({ comm, pid }) => `${comm} (${pid})`)
    await pause(500, signal)
  }
}
