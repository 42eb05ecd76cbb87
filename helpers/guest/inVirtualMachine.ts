import type { CheckContext, Expect } from '../behaviour.ts'
import type { PodHandle } from '../pods/podHandle.ts'
import { bootId } from './bootId.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Asserts that a pod's boot_id is not its node's, and says what it means when it is. */
export function expectOwnKernel(expect: Expect, what: string, guest: string, node: string): void {
  const meaning = guest === node ? ' (same boot_id as the node: this pod is not in a VM)' : ''
  expect(guest, `${what}${meaning}`).to.not.equal(node)
}

type Context = Pick<CheckContext<string, unknown>, 'api' | 'expect' | 'runtimeClass'>

/**
 * Asserts that a pod of the class under test runs on a kernel of its own: what a check asserts of a guest proves nothing without one, as the same can
 * hold for a container of the node. Pods of the default runtime (control arms) are not asked.
 */
export async function expectInVm({ api, expect, runtimeClass }: Context, pod: PodHandle): Promise<void> {
  if (runtimeClass === undefined) return
  const [guest, node] = await Promise.all([bootId(pod), api.bootId(pod.node)])
  expectOwnKernel(expect, "boot_id of the pod beside the node's", guest, node)
}

/** First command of a container that ends by itself: nobody can ask it later, so that it prints its boot_id. */
export const printsBootId = 'cat /proc/sys/kernel/random/boot_id'

/** As expectInVm, for a container that has ended and printed its boot_id on the first line. */
export async function expectPrintedInVm({ api, expect, runtimeClass }: Context, pod: PodHandle): Promise<void> {
  if (runtimeClass === undefined) return
  const [[first = ''], node] = await Promise.all([pod.logs().then((log) => log.split('\n')), api.bootId(pod.node)])
  expect(first, 'boot_id that the container printed').to.match(uuid)
  expectOwnKernel(expect, "boot_id that the container printed beside the node's", first, node)
}
