import type { Departures } from '../faults/departures.ts'
import { MachineError } from '../machine/machineError.ts'
import type { MachineNetwork, MachineStream, NetNamespace } from '../machine/machineNetwork.ts'
import type { NetworkScenario } from '../scenarios/scenario.ts'
import { isIPv6, sameSubnet } from './addresses.ts'
import { type Attachment, type LinkQuality, rttMs, streamBitsPerSecond } from './linkQuality.ts'
import { streamPair } from './machineStream.ts'
import type { NetworkPolicies } from './networkPolicies.ts'
import { pathMtu } from './podNetwork.ts'
import { withoutLarge } from './lossyStream.ts'
import { countBytes } from './trafficCounters.ts'

export type { Attachment } from './linkQuality.ts'

/** Names and service addresses of the cluster: what DNS and kube-proxy know. */
export interface ClusterServices {
  /**
   * A ready endpoint behind a service's address, or behind its port of a node (`isNode`); null when it is no service's. Throws MachineError
   * ECONNREFUSED without endpoints.
   */
  endpoint(ip: string, port: number, isNode: boolean): Promise<{ ip: string; port: number } | null>
  lookup(name: string): Promise<string[]>
}

/** The cluster's network: who has which address, who listens, who reaches whom. */
export interface ClusterNetwork extends MachineNetwork {
  attach(attachment: Attachment): void
  detach(ip: string): void
  /** A connection from a node itself: probes, port-forward. */
  connectFromNode(node: string, ip: string, port: number): Promise<MachineStream>
}

type NetworkDepartures = Pick<
  Departures,
  | 'defaultRuntimeReachable'
  | 'guestReachesServices'
  | 'guestUdp'
  | 'policiesOnKata'
  | 'largePacketsArrive'
  | 'ciliumSocketLb'
  | 'guestLatencyMs'
  | 'guestThroughputDivisor'
>

const plainNetwork: NetworkScenario = {
  cni: 'bridge',
  deviceMtu: 1500,
  encapsulation: 'none',
  networkPolicy: 'enforced',
  kubeProxyReplacement: false,
  socketLb: 'host-namespace',
  dualStack: false,
}

/** @param of what the cluster's network is like, and its NetworkPolicies; a plain bridge without any when absent */
export function createClusterNetwork(
  services: () => ClusterServices,
  departures: NetworkDepartures,
  of: { scenario: NetworkScenario; policies?: NetworkPolicies } = { scenario: plainNetwork },
): ClusterNetwork {
  const { scenario, policies } = of
  const byIp = new Map<string, Attachment>()
  const listeners = new Map<NetNamespace, Map<number, (peer: MachineStream) => void>>()
  /** MTU of the way to an address, as a sender has learnt it from an ICMP message. */
  const learnt = new WeakMap<NetNamespace, Map<string, number>>()
  const quality: LinkQuality = { ...departures, way: pathMtu(scenario) }

  const attachmentOf = (namespace: NetNamespace) =>
    [...byIp.values()].find((attachment) => attachment.namespace === namespace)

  /** The attachment that answers at an address, or why not: as the sender's kernel words it. */
  const route = (from: NetNamespace, ip: string): Attachment => {
    const sender = attachmentOf(from)
    const target = byIp.get(ip)
    if (!hasRoute(from, ip)) throw new MachineError('ENETUNREACH', 'Network is unreachable')
    if (!target || !ownsAddress(target)) throw new MachineError('EHOSTUNREACH', 'No route to host')
    const back = isIPv6(ip) ? sender?.ip6 : sender?.ip
    if (!hasRoute(target.namespace, back ?? '')) throw timedOut()
    if (departures.defaultRuntimeReachable === 'not-beside-kata' && sender && cut(sender, target)) throw timedOut()
    return target
  }

  /** A pod of the default runtime and a Kata pod on one node. */
  const cut = (a: Attachment, b: Attachment) =>
    a.node === b.node && ((a.kind === 'pod' && b.kind === 'kata-pod') || (a.kind === 'kata-pod' && b.kind === 'pod'))

  const open = (namespace: NetNamespace, clientIp: string, ip: string, port: number) => {
    const accept = listeners.get(namespace)?.get(port)
    if (!accept) throw new MachineError('ECONNREFUSED', 'Connection refused')
    const { client, server } = streamPair(clientIp, ip)
    accept(server)
    return client
  }

  /**
   * Where a connection to a service's address ends. A guest's connect() is no call of the node's kernel: the socket load balancer does not see it, and
   * where Cilium balances at sockets alone nothing translates the address (docs.cilium.io, Kata Containers with Cilium).
   */
  const behindService = async (from: NetNamespace, ip: string, port: number) => {
    const sender = attachmentOf(from)
    const isNode = byIp.get(ip)?.kind === 'node' && byIp.get(ip)?.namespace !== from
    const endpoint = await services().endpoint(ip, port, isNode)
    if (endpoint === null || sender?.kind !== 'kata-pod') return endpoint
    const everywhere = scenario.socketLb === 'everywhere' || departures.ciliumSocketLb === 'everywhere'
    const balancedAtSockets = scenario.kubeProxyReplacement && everywhere && !isNode
    if (!departures.guestReachesServices || balancedAtSockets) throw timedOut()
    return endpoint
  }

  /** Whether large packets between two ends vanish: a guest is one of them, and they are on two nodes. */
  const losesLarge = (a: Attachment, b: Attachment) =>
    !departures.largePacketsArrive && a.node !== b.node && (a.kind === 'kata-pod' || b.kind === 'kata-pod')

  const allowed = async (from: NetNamespace, target: Attachment, port: number): Promise<boolean> => {
    const sender = attachmentOf(from)
    if (!policies || !sender || scenario.networkPolicy === 'ignored' || sender === target) return true
    if (target.kind === 'kata-pod' && !departures.policiesOnKata) return true
    const [a, b] = [sender.ip, target.ip]
    return sender.kind === 'node' || policies.allows({ from: a, to: b, port, protocol: 'TCP' })
  }

  return {
    attach(attachment) {
      byIp.set(attachment.ip, attachment)
      if (attachment.ip6) byIp.set(attachment.ip6, attachment)
    },
    detach(ip) {
      const gone = byIp.get(ip)
      byIp.delete(ip)
      if (gone?.ip6) byIp.delete(gone.ip6)
      if (gone) listeners.delete(gone.namespace)
    },
    listen(namespace, port, accept) {
      const ports = listeners.get(namespace) ?? new Map<number, (peer: MachineStream) => void>()
      if (ports.has(port)) throw new MachineError('EADDRINUSE', 'Address already in use')
      listeners.set(namespace, ports.set(port, accept))
      return () => void ports.delete(port)
    },
    async connect(from, ip, port) {
      if (isLoopback(ip)) return open(from, ip, ip, port)
      const endpoint = hasRoute(from, ip) ? ((await behindService(from, ip, port)) ?? { ip, port }) : { ip, port }
      const target = route(from, endpoint.ip)
      if (!(await allowed(from, target, endpoint.port))) throw timedOut()
      const sender = attachmentOf(from)
      const own = isIPv6(endpoint.ip) ? sender?.ip6 : sender?.ip
      const stream = open(target.namespace, own ?? ip, ip, endpoint.port)
      if (!sender) return stream
      return countBytes(losesLarge(sender, target) ? withoutLarge(stream, lostAbove) : stream, sender, target)
    },
    async connectFromNode(node, ip, port) {
      const self = [...byIp.values()].find((attachment) => attachment.node === node && attachment.kind === 'node')
      const target = byIp.get(ip)
      if (!target || !ownsAddress(target)) throw new MachineError('EHOSTUNREACH', 'no route to host')
      return open(target.namespace, self?.ip ?? ip, ip, port)
    },
    async ping(from, ip, bytes) {
      if (isLoopback(ip)) return 0.03
      const sender = attachmentOf(from)
      if (!hasRoute(from, ip)) throw new MachineError('ENETUNREACH', 'Network is unreachable')
      const size = bytes + (isIPv6(ip) ? 48 : 28)
      countPacket(from, size, ownMtu(from, ip))
      try {
        const target = route(from, ip)
        if (!fits(from, sender, target, size)) return null
        return rttMs(quality, sender, target)
      } catch (error) {
        if (error instanceof MachineError) return null
        throw error
      }
    },
    throughput(from, ip) {
      return streamBitsPerSecond(quality, attachmentOf(from), route(from, ip))
    },
    async lookup(from, server, name) {
      if (name === 'localhost') return ['127.0.0.1']
      if (!hasRoute(from, server)) throw new MachineError('ENETUNREACH', 'Network is unreachable')
      const guest = attachmentOf(from)?.kind === 'kata-pod'
      if (guest && !departures.guestUdp) throw timedOut()
      await behindService(from, server, 53)
      return services().lookup(name)
    },
  }

  /** The largest packet that the sender's kernel sends whole. */
  function ownMtu(from: NetNamespace, ip: string): number {
    return Math.min(mtuTo(from, ip), learnt.get(from)?.get(ip) ?? Infinity)
  }

  /**
   * Whether a packet arrives. One that is larger than the sender's route is sent in pieces; one that is not carries DF, and where the way is narrower it
   * is lost, and the sender learns the way's MTU by it (RFC 1191).
   */
  function fits(from: NetNamespace, sender: Attachment | undefined, target: Attachment, size: number): boolean {
    const way = sender === undefined || sender.node === target.node ? Infinity : quality.way
    const ways = learnt.get(from) ?? new Map<string, number>()
    learnt.set(from, ways)
    const own = ownMtu(from, target.ip)
    if (sender && losesLarge(sender, target) && Math.min(size, own) > lostAbove) return false
    if (size > own || size <= way) return true
    ways.set(target.ip, way)
    return false
  }
}

/** An echo of so many bytes leaves its namespace, in pieces where the MTU asks for it: each but the last carries a multiple of 8 bytes (RFC 791). */
function countPacket({ ip }: NetNamespace, bytes: number, mtu: number): void {
  if (!ip) return
  ip.outRequests += 1
  if (bytes <= mtu) return
  ip.fragOks += 1
  ip.fragCreates += Math.ceil((bytes - 20) / (Math.floor((mtu - 20) / 8) * 8))
}

/** Bytes of a packet: larger ones are lost where the departure says so. */
const lostAbove = 1400

const timedOut = () => new MachineError('ETIMEDOUT', 'Connection timed out')

function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1'
}

/** MTU of the route that a namespace takes to an address. */
function mtuTo(namespace: NetNamespace, ip: string): number {
  const direct = namespace.routes.find(({ destination }) => destination !== 'default' && sameSubnet(destination, ip))
  const taken = direct ?? namespace.routes.find(({ destination }) => destination === 'default')
  return taken?.mtu ?? namespace.interfaces.find(({ name }) => name === taken?.device)?.mtu ?? Infinity
}

/** Whether a namespace can send to an address: an interface of its subnet, or a default route over an interface with an address. */
function hasRoute(namespace: NetNamespace, ip: string): boolean {
  const family = isIPv6(ip) ? 6 : 4
  const addressed = namespace.interfaces.filter(
    (device) => device.up && device.name !== 'lo' && device.addresses.length > 0,
  )
  if (addressed.some((device) => device.addresses.some((address) => sameSubnet(address, ip)))) return true
  return namespace.routes.some(
    (route) =>
      route.destination === 'default' &&
      (route.family ?? 4) === family &&
      addressed.some((device) => device.name === route.device),
  )
}

/** The namespace really has the address that the cluster thinks it has. */
function ownsAddress({ namespace, ip }: Attachment): boolean {
  return namespace.interfaces.some((device) => device.addresses.some((address) => address.split('/')[0] === ip))
}
