/** Network namespaces of a machine, and how machines reach each other. */
export interface NetNamespace {
  readonly id: string
  interfaces: NetInterface[]
  routes: NetRoute[]
  /** Bytes and packets by interface. */
  readonly counters?: Map<string, NetCounters>
  /** What the IP layer counts; here of ICMP echoes alone. */
  readonly ip?: { outRequests: number; fragOks: number; fragCreates: number }
}
export interface NetRoute {
  /** An address, a network, or `default`. */
  destination: string
  gateway: string | null
  device: string
  source?: string
  mtu?: number
  /** Of a default route; others tell it by their destination. Default 4. */
  family?: 4 | 6
}
export interface NetCounters {
  rxBytes: number
  rxPackets: number
  txBytes: number
  txPackets: number
}
export interface NetInterface {
  name: string
  mac: string
  mtu: number
  addresses: string[]
  up: boolean
  /** A veth: the index of its other end, in another namespace. */
  peer?: number
  /** Of interfaces that come and go; default: its place in the list. */
  index?: number
  /** The bridge whose port it is. */
  master?: string
  /** Of the device behind it; virtual interfaces have none. */
  driver?: string
  /** Made by `ip link add NAME type dummy`. */
  dummy?: boolean
}

/** How the machines reach each other: sim/node gives one object to all machines of a cluster. */
export interface MachineNetwork {
  /** Registers what listens; the answer stops it. Throws MachineError EADDRINUSE. */
  listen(namespace: NetNamespace, port: number, accept: (peer: MachineStream) => void): () => void
  /** Throws MachineError ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT. */
  connect(from: NetNamespace, ip: string, port: number): Promise<MachineStream>
  /** Round trip of an ICMP echo with so many bytes of data, ms; null when there is no answer. Throws MachineError ENETUNREACH. */
  ping(from: NetNamespace, ip: string, bytes: number): Promise<number | null>
  /** Addresses of a name by a DNS server; empty: NXDOMAIN. Throws MachineError ENETUNREACH, ETIMEDOUT. */
  lookup(from: NetNamespace, server: string, name: string): Promise<string[]>
  /** What one TCP stream reaches, bit/s. Throws MachineError as connect does. */
  throughput(from: NetNamespace, ip: string): number
}

/** One end of a connection. */
export interface MachineStream {
  readonly remoteAddress: string
  write(data: Uint8Array): void
  end(): void
  onData(listener: (data: Uint8Array) => void): void
  onEnd(listener: () => void): void
}
