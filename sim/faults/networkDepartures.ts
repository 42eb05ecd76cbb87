/** Departures of pods' networks, of Services and DNS as guests reach them, and of the cluster's network. */
export interface NetworkDepartures {
  // what the guest is given
  /** 'pod': that of the interface outside; else bytes. */
  guestMtu: 'pod' | number
  guestRouteMtu: boolean
  /** Driver of the guest's eth0. */
  guestNic: 'virtio_net' | 'e1000'
  /** A tap device beside the veth, in the pod's network namespace on the node. */
  tapDevice: boolean
  hostNetworkShows: 'loopback' | 'node'
  /** A pod with hostNetwork changes interfaces of the node. */
  hostNetworkTouchesHost: boolean
  hostNetworkPods: 'start' | 'fail'

  // what it reaches
  guestReachesServices: boolean
  /** Datagrams from guests arrive. */
  guestUdp: boolean
  /** NetworkPolicies hold for Kata pods too. */
  policiesOnKata: boolean
  /** What each guest adds to a round trip beyond what is documented, ms. */
  guestLatencyMs: number
  /** What the throughput of guests is divided by, beyond what is documented. */
  guestThroughputDivisor: number

  /** Veths on the bridge: one a pod. */
  bridgePorts: 'one-a-pod' | 'none' | 'kept-after-deletion'
}

export const healthyNetwork: NetworkDepartures = {
  guestMtu: 'pod',
  guestRouteMtu: true,
  guestNic: 'virtio_net',
  tapDevice: true,
  hostNetworkShows: 'loopback',
  hostNetworkTouchesHost: false,
  hostNetworkPods: 'start',

  guestReachesServices: true,
  guestUdp: true,
  policiesOnKata: true,
  guestLatencyMs: 0,
  guestThroughputDivisor: 1,

  bridgePorts: 'one-a-pod',
}

export const networkFaults: Record<string, Partial<NetworkDepartures>> = {
  'guest-nic-emulated': { guestNic: 'e1000' },
  'tap-device-missing': { tapDevice: false },
  'host-network-leaked': { hostNetworkShows: 'node' },
  'host-network-changes-the-node': { hostNetworkTouchesHost: true },
  'host-network-pod-fails': { hostNetworkPods: 'fail' },
  'services-unreachable-from-guests': { guestReachesServices: false },
  'datagrams-from-guests-lost': { guestUdp: false },
  'network-latency-grown': { guestLatencyMs: 2 },
  'network-throughput-collapsed': { guestThroughputDivisor: 4 },
  'veth-not-on-the-bridge': { bridgePorts: 'none' },
  'veth-left-behind': { bridgePorts: 'kept-after-deletion' },

  'guest-mtu-fixed': { guestMtu: 1400 },
  'route-mtu-not-propagated': { guestRouteMtu: false },

  'policies-not-applied-to-kata-pods': { policiesOnKata: false },
}
