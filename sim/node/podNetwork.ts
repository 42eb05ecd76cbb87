import type { NetInterface, NetNamespace } from '../machine/machineNetwork.ts'
import type { NetworkScenario } from '../scenarios/scenario.ts'
import { macAddress, networkNamespaceName } from './identifiers.ts'
import type { SimNode } from './simNode.ts'

/** What the CNI made for a pod on its node: a network namespace with eth0. */
export interface PodNetwork {
  namespace: NetNamespace
  /** /var/run/netns/cni-…; null for the host's own namespace. */
  path: string | null
  ip: string
  /** The second address of a dual-stack cluster. */
  ip6: string | null
  mac: string | null
  mtu: number
  gateway: string | null
  /** eth0 as it was given: what Kata's shim copies into the guest. */
  eth0: Eth0
  /** Of a sandbox of Kata's. */
  kata: boolean
}

/** Settings of a pod's interface, outside the guest and in it. */
export interface Eth0 {
  ip: string | null
  ip6?: string | null
  mac: string
  mtu: number
  gateway: string | null
  gateway6?: string | null
  /** Length of the address's prefix; 32 where the CNI routes every pod by itself. Default 24. */
  prefix?: number
  /** mtu of the default route, where it is not the interface's own. */
  routeMtu?: number | null
  /** Index of the veth's other end, on the node. */
  peer?: number
  driver?: string
}

/** What a packet grows by between nodes, bytes (Cilium pkg/mtu: TunnelOverheadIPv4 50, WireguardOverhead 80). */
export const encapsulationOverhead = { none: 0, vxlan: 50, geneve: 50, wireguard: 80 }

/** MTU of the way between two nodes' pods. */
export const pathMtu = ({ deviceMtu, encapsulation }: NetworkScenario): number =>
  deviceMtu - encapsulationOverhead[encapsulation]

/** Indexes of interfaces that come and go on a node begin here: its own were there before. */
const FIRST_INDEX = 16
const nextIndex = new WeakMap<SimNode['machine'], number>()

/** Adds the pod to the network (CNI ADD): a namespace, an address, eth0 and its routes, a veth on the node. @throws Error when no address is left. */
export function addToNetwork(node: SimNode, kata: boolean): PodNetwork {
  const { cni, deviceMtu, dualStack, encapsulation } = node.networkScenario
  const { gateway } = node.addresses
  const ip = node.addresses.take()
  const mac = macAddress()
  const namespace = node.machine.newNetNamespace()
  const peer = nextIndex.get(node.machine) ?? FIRST_INDEX
  nextIndex.set(node.machine, peer + 1)
  const cilium = cni === 'cilium'
  const eth0: Eth0 = {
    ip,
    mac,
    mtu: deviceMtu,
    gateway,
    peer,
    ...(cilium ? { prefix: 32 } : {}),
    // Cilium leaves the device at the MTU of the nodes' and puts what is left of it on the route (pkg/mtu, daemon/cmd/ipam.go).
    ...(cilium && encapsulation !== 'none' && node.departures.ciliumRouteMtu
      ? { routeMtu: pathMtu(node.networkScenario) }
      : {}),
    ...(dualStack ? { ip6: ip6Of(ip), gateway6: ip6Of(gateway) } : {}),
  }
  setInterfaces(namespace, eth0)
  node.machine.rootNetNamespace.interfaces.push(hostEnd(node, peer, kata))
  return {
    namespace,
    path: `/var/run/netns/${networkNamespaceName()}`,
    ip,
    ip6: eth0.ip6 ?? null,
    mac,
    mtu: deviceMtu,
    gateway,
    eth0,
    kata,
  }
}

/** Takes the pod off the network (CNI DEL): its veth goes, its address is free again. */
export function removeFromNetwork(node: SimNode, network: PodNetwork): void {
  node.addresses.free(network.ip)
  if (network.kata && node.departures.bridgePorts === 'kept-after-deletion') return
  const { rootNetNamespace } = node.machine
  rootNetNamespace.interfaces = rootNetNamespace.interfaces.filter(({ index }) => index !== network.eth0.peer)
}

/** The veth's end on the node: a port of the bridge, or Cilium's, to which eBPF programs are attached. */
function hostEnd(
  { networkScenario: { cni, deviceMtu }, departures }: SimNode,
  index: number,
  kata: boolean,
): NetInterface {
  const mac = macAddress()
  const suffix = mac.replaceAll(':', '').slice(4)
  const end = { mac, mtu: deviceMtu, addresses: [`${linkLocal(mac)}/64`], up: true, index, peer: 2 }
  if (cni === 'cilium') return { ...end, name: `lxc${suffix}` }
  const port = { ...end, name: `veth${suffix}` }
  return kata && departures.bridgePorts === 'none' ? port : { ...port, master: 'cni0' }
}

/** The IPv6 address of a pod beside its IPv4 one: fd00:10:244:1::7 beside 10.244.1.7. */
export function ip6Of(ip: string): string {
  const [a, b, c, d] = ip.split('.').map(Number)
  return `fd00:${a}:${b}:${c}::${(d ?? 0).toString(16)}`
}

/** lo, and eth0 with address, link and default route as given. */
export function setInterfaces(namespace: NetNamespace, eth0: Eth0): void {
  const { ip, ip6 = null, mac, mtu, gateway, gateway6 = null, prefix = 24, routeMtu = null, peer, driver } = eth0
  const addresses = [
    ...(ip === null ? [] : [`${ip}/${prefix}`]),
    ...(ip6 === null || ip === null ? [] : [`${ip6}/64`]),
    ...(ip === null ? [] : [`${linkLocal(mac)}/64`]),
  ]
  namespace.interfaces = [
    loopback(),
    {
      name: 'eth0',
      mac,
      mtu,
      addresses,
      up: true,
      ...(peer === undefined ? {} : { peer }),
      ...(driver === undefined ? {} : { driver }),
    },
  ]
  namespace.routes = []
  const onRoute = routeMtu === null ? {} : { mtu: routeMtu }
  if (gateway !== null) namespace.routes.push({ destination: 'default', gateway, device: 'eth0', ...onRoute })
  if (ip !== null && prefix === 32 && gateway !== null)
    namespace.routes.push({ destination: gateway, gateway: null, device: 'eth0' })
  if (ip !== null && prefix !== 32)
    namespace.routes.push({
      destination: `${ip.split('.').slice(0, 3).join('.')}.0/24`,
      gateway: null,
      device: 'eth0',
      source: ip,
    })
  if (ip !== null && ip6 !== null && gateway6 !== null)
    namespace.routes.push({ destination: 'default', gateway: gateway6, device: 'eth0', ...onRoute, family: 6 })
}

const loopback = (): NetInterface => ({
  name: 'lo',
  mac: '00:00:00:00:00:00',
  mtu: 65536,
  addresses: ['127.0.0.1/8', '::1/128'],
  up: true,
})

/** Only the loopback: what a Kata pod with hostNetwork has. */
export function setLoopbackOnly(namespace: NetNamespace): void {
  namespace.interfaces = [loopback()]
  namespace.routes = []
}

/** The IPv6 link-local address that a kernel gives an interface by itself (EUI-64 of its MAC). */
export function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const groups = [(a ^ 2) * 256 + b, c * 256 + 0xff, 0xfe00 + d, e * 256 + f]
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}`
}
