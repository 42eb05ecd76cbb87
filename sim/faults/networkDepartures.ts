/** Departures of pods' networks, of Services and DNS as guests reach them, and of the cluster's network. */
export interface NetworkDepartures {
  // what the guest is given
  /** 'pod': that of the interface outside; else bytes. */
  guestMtu: 'pod' | number
  guestRouteMtu: boolean
  /** Routes that a container changed are there for the next one. */
  guestRoutesKept: boolean
  /** Cilium puts what encapsulation leaves of the MTU on the pods' default routes. */
  ciliumRouteMtu: boolean
  /** /dev/shm is the pod's, not each container's. */
  podShm: boolean
  /** Driver of the guest's eth0. */
  guestNic: 'virtio_net' | 'e1000'
  /** A tap device beside the veth, in the pod's network namespace on the node. */
  tapDevice: boolean
  hostNetworkShows: 'loopback' | 'node'
  /** A pod with hostNetwork changes interfaces of the node. */
  hostNetworkTouchesHost: boolean
  hostNetworkPods: 'start' | 'fail'

  /** From where containerd dials for port-forward to a Kata pod. */
  portForwardFrom: 'sandbox' | 'node'

  // what it reaches
  guestReachesServices: boolean
  /** Datagrams from guests arrive. */
  guestUdp: boolean
  /** Packets of more than 1400 bytes between a guest and another node arrive. */
  largePacketsArrive: boolean
  /** Where Cilium's socket load balancer works, if not where the scenario says. */
  ciliumSocketLb: 'as-configured' | 'everywhere'
  /** NetworkPolicies hold for Kata pods too. */
  policiesOnKata: boolean
  /** What each guest adds to a round trip beyond what is documented, ms. */
  guestLatencyMs: number
  /** What the throughput of guests is divided by, beyond what is documented. */
  guestThroughputDivisor: number

  // eBPF
  /** Whose programs bpf() in a guest acts on. */
  guestBpf: 'own' | 'node'
  /** An observability agent runs as a DaemonSet of a Kata class. */
  agentUnderKata: boolean

  /** Veths of Kata pods on the bridge: one a pod. */
  bridgePorts: 'one-a-pod' | 'none' | 'kept-after-deletion'
}

export const healthyNetwork: NetworkDepartures = {
  guestMtu: 'pod',
  guestRouteMtu: true,
  guestRoutesKept: true,
  ciliumRouteMtu: true,
  podShm: true,
  guestNic: 'virtio_net',
  tapDevice: true,
  hostNetworkShows: 'loopback',
  hostNetworkTouchesHost: false,
  hostNetworkPods: 'start',
  portForwardFrom: 'sandbox',

  guestReachesServices: true,
  guestUdp: true,
  largePacketsArrive: true,
  ciliumSocketLb: 'as-configured',
  policiesOnKata: true,
  guestLatencyMs: 0,
  guestThroughputDivisor: 1,

  guestBpf: 'own',
  agentUnderKata: false,

  bridgePorts: 'one-a-pod',
}

export const networkFaults: Record<string, Partial<NetworkDepartures>> = {
  'guest-nic-emulated': { guestNic: 'e1000' },
  'tap-device-missing': { tapDevice: false },
  'host-network-leaked': { hostNetworkShows: 'node' },
  'host-network-changes-the-node': { hostNetworkTouchesHost: true },
  'host-network-pod-fails': { hostNetworkPods: 'fail' },
  'port-forward-dials-the-node': { portForwardFrom: 'node' },
  'services-unreachable-from-guests': { guestReachesServices: false },
  'datagrams-from-guests-lost': { guestUdp: false },
  'network-latency-grown': { guestLatencyMs: 2 },
  'network-throughput-collapsed': { guestThroughputDivisor: 4 },
  'veth-not-on-the-bridge': { bridgePorts: 'none' },
  'veth-left-behind': { bridgePorts: 'kept-after-deletion' },

  'guest-mtu-fixed': { guestMtu: 1400 },
  'route-mtu-not-propagated': { guestRouteMtu: false },
  'cilium-route-without-mtu': { ciliumRouteMtu: false },
  'routes-set-anew-for-each-container': { guestRoutesKept: false },
  'large-packets-of-guests-lost': { largePacketsArrive: false },

  'cilium-socket-lb-in-pods': { ciliumSocketLb: 'everywhere' },

  'shm-of-each-container-its-own': { podShm: false },

  'bpf-of-guests-reaches-the-node': { guestBpf: 'node' },
  'observability-agent-under-kata': { agentUnderKata: true },
  'policies-not-applied-to-kata-pods': { policiesOnKata: false },
}
