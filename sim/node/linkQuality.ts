import type { NetNamespace } from '../machine/machineNetwork.ts'

/** Where a network namespace is: for what the cluster routes to it. */
export interface Attachment {
  namespace: NetNamespace
  ip: string
  ip6?: string | null
  node: string
  kind: 'node' | 'pod' | 'kata-pod'
  /** Of a Kata pod: the namespace on the node, whose eth0 and tap device its packets cross. */
  outer?: NetNamespace
  /** Of a Kata pod: which virtio-net it has. */
  shim?: 'go' | 'rust'
  hypervisor?: 'qemu' | 'cloud-hypervisor' | 'firecracker' | 'dragonball'
}

export interface LinkQuality {
  /** MTU between nodes. */
  readonly way: number
  /** What each guest adds to a round trip beyond what it documents, ms. */
  readonly guestLatencyMs: number
  /** What the throughput of guests is divided by beyond what is documented. */
  readonly guestThroughputDivisor: number
}

/** The guide's measurements between two pods of one node (baselines.yaml, network_same_node_iperf3): ms and Gbit/s. */
const measured = {
  standard: { ping: 0.08, gbps: 31.4 },
  'go qemu': { ping: 0.31, gbps: 4.8 },
  'rust qemu': { ping: 0.35, gbps: 5.05 },
  'go cloud-hypervisor': { ping: 0.48, gbps: 4.62 },
  'rust cloud-hypervisor': { ping: 0.32, gbps: 4.7 },
  'rust dragonball': { ping: 0.94, gbps: 0.9 },
  // No figure: taken to be like Cloud Hypervisor, as its start is.
  'go firecracker': { ping: 0.48, gbps: 4.62 },
}

const figuresOf = (end: Attachment | undefined) =>
  end?.kind === 'kata-pod'
    ? (measured[`${end.shim ?? 'go'} ${end.hypervisor ?? 'qemu'}` as keyof typeof measured] ?? measured['go qemu'])
    : measured.standard

const betweenNodesMs = 0.2

/** Round trip between two attachments, ms: each guest adds half of what a pair of them was measured to add. */
export function rttMs(quality: LinkQuality, a: Attachment | undefined, b: Attachment): number {
  const added = [a, b].reduce((sum, end) => {
    const guest = end?.kind === 'kata-pod' ? quality.guestLatencyMs : 0
    return sum + (figuresOf(end).ping - measured.standard.ping) / 2 + guest
  }, 0)
  return measured.standard.ping + added + (a && a.node !== b.node ? betweenNodesMs : 0)
}

/** Throughput of one TCP stream, bit/s: that of the slower end. */
export function streamBitsPerSecond(quality: LinkQuality, a: Attachment | undefined, b: Attachment): number {
  const ends = [a, b].map((end) => {
    const divisor = end?.kind === 'kata-pod' ? quality.guestThroughputDivisor : 1
    return (figuresOf(end).gbps * 1e9) / divisor
  })
  return Math.min(...ends, a && a.node !== b.node ? 9.4e9 : Infinity)
}
