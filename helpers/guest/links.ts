import { type Link, parseLinks } from '../node/links.ts'
import type { PodHandle } from '../pods/podHandle.ts'

/** The network interfaces that a container sees. Throws when ip fails. */
export async function links(pod: PodHandle): Promise<readonly Link[]> {
  const { stdout, stderr, exitCode } = await pod.read(['ip', 'addr', 'show'])
  if (exitCode !== 0) throw new Error(`ip addr show in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return parseLinks(stdout)
}

/** The largest packet that a container's eth0 takes, bytes. Throws when it has none. */
export async function deviceMtu(pod: PodHandle): Promise<number> {
  const eth0 = (await links(pod)).find(({ name }) => name === 'eth0')
  if (!eth0) throw new Error(`pod ${pod.name} has no eth0`)
  return eth0.mtu
}

/**
 * Interfaces that lead anywhere: not the loopback, nor those which a kernel with tunnels built in has in every namespace, down and without an address
 * (tunl0, sit0, ip6tnl0…).
 */
export const leadingOut = (all: readonly Link[]): readonly Link[] =>
  all.filter(({ name, up, addresses }) => name !== 'lo' && (up || addresses.length > 0 || !builtIn.test(name)))

const builtIn = /^(tunl|sit|ip6tnl|gre|gretap|erspan|ip_vti|ip6_vti|ip6gre)\d+$/

/** Name of the driver of an interface's device, for instance virtio_net; null for one without a device, such as a veth. */
export async function interfaceDriver(pod: PodHandle, name: string): Promise<string | null> {
  const { stdout, exitCode } = await pod.read(['readlink', `/sys/class/net/${name}/device/driver`])
  return exitCode === 0 ? (stdout.trim().split('/').at(-1) ?? null) : null
}
