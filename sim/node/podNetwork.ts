import type { NetNamespace } from '../machine/machine.ts'
import { macAddress, networkNamespaceName } from './identifiers.ts'
import type { SimNode } from './simNode.ts'

/** What the CNI made for a pod on its node: a network namespace with eth0. */
export interface PodNetwork {
  namespace: NetNamespace
  /** /var/run/netns/cni-…; null for the host's own namespace. */
  path: string | null
  ip: string
  mac: string | null
  mtu: number
  gateway: string | null
}

export const podMtu = 1500

/** Adds the pod to the network (CNI ADD): a namespace, an address, eth0 and its routes. @throws Error when no address is left. */
export function addToNetwork(node: SimNode): PodNetwork {
  const ip = node.addresses.take()
  const mac = macAddress()
  const namespace = node.machine.newNetNamespace()
  const { gateway } = node.addresses
  setInterfaces(namespace, { ip, mac, mtu: podMtu, gateway, peer: Number(ip.split('.')[3]) + 3 })
  return { namespace, path: `/var/run/netns/${networkNamespaceName()}`, ip, mac, mtu: podMtu, gateway }
}

/** lo, and eth0 with address, link and default route as given. */
export function setInterfaces(
  namespace: NetNamespace,
  eth0: { ip: string | null; mac: string; mtu: number; gateway: string | null; peer?: number },
): void {
  const { ip, mac, mtu, gateway, peer } = eth0
  const addresses = ip === null ? [] : [`${ip}/24`, `${linkLocal(mac)}/64`]
  namespace.interfaces = [
    { name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536, addresses: ['127.0.0.1/8', '::1/128'], up: true },
    { name: 'eth0', mac, mtu, addresses, up: true, ...(peer === undefined ? {} : { peer }) },
  ]
  namespace.routes = []
  if (gateway !== null) namespace.routes.push({ destination: 'default', gateway, device: 'eth0' })
  if (ip !== null)
    namespace.routes.push({
      destination: `${ip.split('.').slice(0, 3).join('.')}.0/24`,
      gateway: null,
      device: 'eth0',
      source: ip,
    })
}

/** Only the loopback: what a Kata pod with hostNetwork has. */
export function setLoopbackOnly(namespace: NetNamespace): void {
  namespace.interfaces = [
    { name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536, addresses: ['127.0.0.1/8', '::1/128'], up: true },
  ]
  namespace.routes = []
}

/** The IPv6 link-local address that a kernel gives an interface by itself (EUI-64 of its MAC). */
function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const groups = [(a ^ 2) * 256 + b, c * 256 + 0xff, 0xfe00 + d, e * 256 + f]
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}`
}
