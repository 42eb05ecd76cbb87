import type { Departures } from '../faults/departures.ts'
import { MachineError, type MachineNetwork, type MachineStream, type NetNamespace } from '../machine/machine.ts'
import { sameSubnet } from './addresses.ts'
import { streamPair } from './machineStream.ts'

/** Names and service addresses of the cluster: what DNS and kube-proxy know. */
export interface ClusterServices {
  /** A ready endpoint behind a service's address; null when the address is no service's. Throws MachineError ECONNREFUSED without endpoints. */
  endpoint(ip: string, port: number): Promise<{ ip: string; port: number } | null>
  lookup(name: string): Promise<string[]>
}

/** Where a network namespace is: for what the cluster routes to it. */
export interface Attachment {
  namespace: NetNamespace
  ip: string
  node: string
  kind: 'node' | 'pod' | 'kata-pod'
}

/** The cluster's network: who has which address, who listens, who reaches whom. */
export interface ClusterNetwork extends MachineNetwork {
  attach(attachment: Attachment): void
  detach(ip: string): void
  /** A connection from a node itself: probes, port-forward. */
  connectFromNode(node: string, ip: string, port: number): Promise<MachineStream>
}

export function createClusterNetwork(
  services: () => ClusterServices,
  departures: Pick<Departures, 'defaultRuntimeReachable'>,
): ClusterNetwork {
  const byIp = new Map<string, Attachment>()
  const listeners = new Map<NetNamespace, Map<number, (peer: MachineStream) => void>>()

  const attachmentOf = (namespace: NetNamespace) =>
    [...byIp.values()].find((attachment) => attachment.namespace === namespace)

  /** The attachment that answers at an address, or why not: as the sender's kernel words it. */
  const route = (from: NetNamespace, ip: string): Attachment => {
    const sender = attachmentOf(from)
    const target = byIp.get(ip)
    if (!hasRoute(from, ip)) throw new MachineError('ENETUNREACH', 'Network is unreachable')
    if (!target || !ownsAddress(target)) throw new MachineError('EHOSTUNREACH', 'No route to host')
    if (!hasRoute(target.namespace, sender?.ip ?? '')) throw new MachineError('ETIMEDOUT', 'Connection timed out')
    if (departures.defaultRuntimeReachable === 'not-beside-kata' && sender && cut(sender, target))
      throw new MachineError('ETIMEDOUT', 'Connection timed out')
    return target
  }

  /** A pod of the default runtime and a Kata pod on one node. */
  const cut = (a: Attachment, b: Attachment) =>
    a.node === b.node && ((a.kind === 'pod' && b.kind === 'kata-pod') || (a.kind === 'kata-pod' && b.kind === 'pod'))

  const open = (namespace: NetNamespace, clientIp: string, ip: string, port: number): MachineStream => {
    const accept = listeners.get(namespace)?.get(port)
    if (!accept) throw new MachineError('ECONNREFUSED', 'Connection refused')
    const { client, server } = streamPair(clientIp, ip)
    accept(server)
    return client
  }

  return {
    attach: (attachment) => void byIp.set(attachment.ip, attachment),
    detach(ip) {
      const gone = byIp.get(ip)
      byIp.delete(ip)
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
      const endpoint = hasRoute(from, ip) ? ((await services().endpoint(ip, port)) ?? { ip, port }) : { ip, port }
      const target = route(from, endpoint.ip)
      return open(target.namespace, attachmentOf(from)?.ip ?? ip, ip, endpoint.port)
    },
    async connectFromNode(node, ip, port) {
      const self = [...byIp.values()].find((attachment) => attachment.node === node && attachment.kind === 'node')
      const target = byIp.get(ip)
      if (!target || !ownsAddress(target)) throw new MachineError('EHOSTUNREACH', 'no route to host')
      return open(target.namespace, self?.ip ?? ip, ip, port)
    },
    async ping(from, ip) {
      if (isLoopback(ip)) return true
      try {
        route(from, ip)
        return true
      } catch {
        return false
      }
    },
    lookup: (from, name) =>
      name === 'localhost'
        ? Promise.resolve(['127.0.0.1'])
        : hasRoute(from, '10.96.0.10')
          ? services().lookup(name)
          : Promise.resolve([]),
  }
}

function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1'
}

/** Whether a namespace can send to an address: an interface of its subnet, or a default route over an interface with an address. */
function hasRoute(namespace: NetNamespace, ip: string): boolean {
  const addressed = namespace.interfaces.filter(
    (device) => device.up && device.name !== 'lo' && device.addresses.length > 0,
  )
  if (addressed.some((device) => device.addresses.some((address) => sameSubnet(address, ip)))) return true
  return namespace.routes.some(
    (route) => route.destination === 'default' && addressed.some((device) => device.name === route.device),
  )
}

/** The namespace really has the address that the cluster thinks it has. */
function ownsAddress({ namespace, ip }: Attachment): boolean {
  return namespace.interfaces.some((device) => device.addresses.some((address) => address.split('/')[0] === ip))
}
