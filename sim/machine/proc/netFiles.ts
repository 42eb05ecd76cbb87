import type { NetInterface } from '../machineNetwork.ts'
import { virtualFile } from '../fs/inode.ts'
import { virtualDirectory } from '../fs/virtualDirectory.ts'
import type { Directory } from '../fs/inode.ts'
import type { NetNs } from '../kernel/namespaces.ts'

/** /proc/net of a network namespace. */
export function netDirectory(namespace: NetNs, now: number): Directory {
  return virtualDirectory(now, {
    dev: () => virtualFile(now, () => dev(namespace)),
    route: () => virtualFile(now, () => route(namespace)),
    arp: () =>
      virtualFile(now, () => 'IP address       HW type     Flags       HW address            Mask     Device\n'),
    tcp: () => virtualFile(now, () => tcp(namespace)),
    tcp6: () => virtualFile(now, () => TCP_HEADER),
    udp: () => virtualFile(now, () => TCP_HEADER),
    unix: () => virtualFile(now, () => 'Num       RefCount Protocol Flags    Type St Inode Path\n'),
    snmp: () => virtualFile(now, () => snmp(namespace)),
    if_inet6: () => virtualFile(now, () => inet6(namespace)),
    sockstat: () =>
      virtualFile(
        now,
        () =>
          `sockets: used ${namespace.listeners.size}\nTCP: inuse ${namespace.listeners.size} orphan 0 tw 0 alloc 0 mem 0\n`,
      ),
  })
}

const TCP_HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

function dev(namespace: NetNs): string {
  const head =
    'Inter-|   Receive                                                |  Transmit\n' +
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n'
  return head + namespace.interfaces.map((device) => devLine(namespace, device)).join('')
}

function devLine(namespace: NetNs, device: NetInterface): string {
  const count = namespace.counters.get(device.name) ?? { rxBytes: 0, rxPackets: 0, txBytes: 0, txPackets: 0 }
  const pad = (value: number, width: number) => String(value).padStart(width)
  return `${device.name.padStart(6)}:${pad(count.rxBytes, 8)} ${pad(count.rxPackets, 7)}    0    0    0     0          0         0 ${pad(count.txBytes, 8)} ${pad(count.txPackets, 7)}    0    0    0     0       0          0\n`
}

function route(namespace: NetNs): string {
  const rows = namespace.routes
    .filter(({ destination, family }) => !destination.includes(':') && family !== 6)
    .map((entry) => {
      const [address, bits] = entry.destination === 'default' ? ['0.0.0.0', '0'] : entry.destination.split('/')
      const flags = entry.gateway ? '0003' : '0001'
      return `${entry.device}\t${hex(address ?? '0.0.0.0')}\t${hex(entry.gateway ?? '0.0.0.0')}\t${flags}\t0\t0\t0\t${hex(mask(Number(bits ?? 32)))}\t0\t0\t0\n`
    })
  return `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       \n${rows.join('')}`
}

/** /proc/net/snmp of Linux 6.x. */
function snmp({ ip }: NetNs): string {
  const names =
    'Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits'
  const known: Record<string, number> = {
    ...{ Forwarding: 2, DefaultTTL: 64, OutRequests: ip.outRequests, FragOKs: ip.fragOks, FragCreates: ip.fragCreates },
    OutTransmits: ip.outRequests + ip.fragCreates - ip.fragOks,
  }
  const figures = names.split(' ').map((name) => known[name] ?? 0)
  return `Ip: ${names}\nIp: ${figures.join(' ')}\n`
}

function tcp(namespace: NetNs): string {
  const rows = [...namespace.listeners.keys()].map(
    (port, index) =>
      `${String(index).padStart(4)}: 00000000:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${10_000 + index} 1 0000000000000000 100 0 0 10 0\n`,
  )
  return TCP_HEADER + rows.join('')
}

function inet6(namespace: NetNs): string {
  return namespace.interfaces
    .flatMap((device, index) =>
      device.addresses.filter((address) => address.includes(':')).map((address) => ({ device, index, address })),
    )
    .map(
      ({ device, index, address }) =>
        `${expand6(address.split('/')[0] ?? '')} ${(index + 1).toString(16).padStart(2, '0')} ${Number(address.split('/')[1]).toString(16)} ${device.name === 'lo' ? '10' : '20'} 80 ${device.name.padStart(8)}\n`,
    )
    .join('')
}

function expand6(address: string): string {
  const [head = '', tail = ''] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const middle = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...middle, ...right].map((part) => part.padStart(4, '0')).join('')
}

function hex(address: string): string {
  return address
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()
}

export function mask(bits: number): string {
  const value = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}
