import type { Machine } from '../machine/machine.ts'
import type { NetInterface } from '../machine/machineNetwork.ts'
import type { NetworkScenario } from '../scenarios/scenario.ts'
import type { ClusterNetwork } from './clusterNetwork.ts'
import { macAddress } from './identifiers.ts'
import { ip6Of, linkLocal } from './podNetwork.ts'

/** The node's own interfaces and routes, with what the CNI makes there at its start, and the CNI's configuration for containerd. */
export function connectNode(
  machine: Machine,
  network: ClusterNetwork,
  scenario: NetworkScenario,
  at: { name: string; ip: string; pods: string },
): void {
  const { name, ip, pods } = at
  const { deviceMtu } = scenario
  machine.network = network
  const { rootNetNamespace } = machine
  const router = `${pods}.1`
  rootNetNamespace.interfaces = [
    { name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536, addresses: ['127.0.0.1/8', '::1/128'], up: true, index: 1 },
    {
      name: 'eth0',
      mac: macAddress(),
      mtu: deviceMtu,
      addresses: [`${ip}/24`, ...(scenario.dualStack ? [`${ip6Of(ip)}/64`] : [])],
      up: true,
      index: 2,
      driver: 'virtio_net',
    },
    ...(scenario.cni === 'cilium' ? ciliumInterfaces(router, scenario) : [bridge(router, deviceMtu)]),
  ]
  const device = scenario.cni === 'cilium' ? 'cilium_host' : 'cni0'
  rootNetNamespace.routes = [
    { destination: 'default', gateway: '192.168.121.1', device: 'eth0' },
    { destination: '192.168.121.0/24', gateway: null, device: 'eth0', source: ip },
    { destination: `${pods}.0/24`, gateway: null, device, source: router },
  ]
  network.attach({ namespace: rootNetNamespace, ip, node: name, kind: 'node' })
  const [file, text] = scenario.cni === 'cilium' ? ciliumConfiguration : bridgeConfiguration(pods)
  machine.files.write(`/etc/cni/net.d/${file}`, `${JSON.stringify(text, null, 2)}\n`)
}

function bridge(router: string, mtu: number): NetInterface {
  const mac = macAddress()
  return { name: 'cni0', mac, mtu, addresses: [`${router}/24`, `${linkLocal(mac)}/64`], up: true, index: 3 }
}

/** cilium_net and cilium_host are a veth pair; the tunnel's device is there when there is a tunnel. */
function ciliumInterfaces(router: string, { deviceMtu: mtu, encapsulation }: NetworkScenario): NetInterface[] {
  const made = (name: string, index: number, addresses: string[]): NetInterface => {
    const mac = macAddress()
    return { name, mac, mtu, addresses: [...addresses, `${linkLocal(mac)}/64`], up: true, index }
  }
  const tunnel = { none: [], vxlan: ['cilium_vxlan'], geneve: ['cilium_geneve'], wireguard: ['cilium_wg0'] }
  return [
    made('cilium_net', 3, []),
    made('cilium_host', 4, [`${router}/32`]),
    ...tunnel[encapsulation].map((name) => made(name, 5, [])),
  ]
}

/** What Cilium's agent writes (plugins/cilium-cni). */
const ciliumConfiguration = [
  '05-cilium.conflist',
  {
    cniVersion: '0.3.1',
    name: 'cilium',
    plugins: [{ type: 'cilium-cni', 'enable-debug': false, 'log-file': '/var/run/cilium/cilium-cni.log' }],
  },
] as const

const bridgeConfiguration = (pods: string) =>
  [
    '10-bridge.conflist',
    {
      cniVersion: '1.0.0',
      name: 'pods',
      plugins: [
        {
          type: 'bridge',
          bridge: 'cni0',
          isGateway: true,
          hairpinMode: true,
          ipam: { type: 'host-local', ranges: [[{ subnet: `${pods}.0/24` }]], routes: [{ dst: '0.0.0.0/0' }] },
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    },
  ] as const
