import type { PodHandle } from '../pods/podHandle.ts'

const path = '/proc/sys/kernel/random/boot_id'
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * The boot id of the kernel that a container runs on: drawn at random by the kernel when it boots, so two kernels never have the same and
 * nothing but sharing the kernel explains the same id twice. Unlike the release of uname, which two machines have in common by accident.
 * Throws when the container shows something else than a UUID.
 */
export async function bootId(pod: PodHandle, container?: string): Promise<string> {
  const { stdout } = await pod.read(['cat', path], container === undefined ? {} : { container })
  return parseBootId(stdout, `${path} in pod ${pod.name}`)
}

export function parseBootId(text: string, where: string): string {
  const id = text.trim()
  if (!uuid.test(id)) throw new Error(`${where} is not a boot id: ${JSON.stringify(text.slice(0, 80))}`)
  return id
}
