import { randomBytes } from 'node:crypto'
import type { NetInterface } from '../machineNetwork.ts'
import type { NetNs } from '../kernel/namespaces.ts'
import type { Process } from '../kernel/process.ts'
import { mask } from '../proc/netFiles.ts'
import { options } from './applet.ts'
import type { Applet } from './applet.ts'
import { NET_ADMIN, numberOf, route } from './ipRoute.ts'

interface Link {
  device: NetInterface
  index: number
}

function links(namespace: NetNs, name?: string): Link[] {
  return namespace.interfaces
    .map((device, place) => ({ device, index: device.index ?? place + 1 }))
    .filter(({ device }) => name === undefined || device.name === name)
}

/** A veth is shown with its other end: by name where that is in the same namespace (or has the index of something there), else by index. */
function otherEnd(namespace: NetNs, { peer }: NetInterface): { shown: string; elsewhere: boolean } | null {
  if (peer === undefined) return null
  const here = links(namespace).find(({ index }) => index === peer)
  return { shown: here ? here.device.name : `if${peer}`, elsewhere: here === undefined }
}

function flagsOf(namespace: NetNs, device: NetInterface): string {
  const parts = device.name === 'lo' ? ['LOOPBACK'] : device.dummy ? ['BROADCAST', 'NOARP'] : ['BROADCAST', 'MULTICAST']
  const down = otherEnd(namespace, device)?.elsewhere === true ? ['M-DOWN'] : []
  return [...parts, ...(device.up ? ['UP', 'LOWER_UP'] : []), ...down].join(',')
}

/** First line of a link, as busybox's ip prints it: qdisc only where it was asked for links or all. */
function linkText(namespace: NetNs, { device, index }: Link, family: string | null): string {
  const veth = otherEnd(namespace, device)
  const queueless = device.name === 'lo' || veth !== null || device.index !== undefined
  const qdisc = device.dummy ? 'noop' : queueless && device.driver === undefined ? 'noqueue' : 'pfifo_fast'
  const name = veth === null ? device.name : `${device.name}@${veth.shown}`
  const master = device.master === undefined ? '' : `master ${device.master} `
  const queue = veth === null ? 'qlen 1000' : ''
  const first = `${index}: ${name}: <${flagsOf(namespace, device)}> mtu ${device.mtu} ${family === null ? `qdisc ${qdisc} ` : ''}${master}${device.up || device.dummy ? '' : 'state DOWN '}${queue}\n`
  if (family !== null) return first
  return `${first}    link/${device.name === 'lo' ? 'loopback' : 'ether'} ${device.mac} brd ${device.name === 'lo' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'}\n`
}

function addressText(device: NetInterface, address: string): string {
  const [ip = '', bits = '32'] = address.split('/')
  const forever = '       valid_lft forever preferred_lft forever\n'
  if (ip.includes(':')) {
    const scope = ip === '::1' ? 'host' : ip.startsWith('fe80') ? 'link' : 'global'
    return `    inet6 ${address} scope ${scope} \n${forever}`
  }
  if (device.name === 'lo') return `    inet ${address} scope host lo\n${forever}`
  const brd = bits === '32' ? '' : `brd ${broadcast(ip, Number(bits))} `
  return `    inet ${address} ${brd}scope global ${device.name}\n${forever}`
}

function broadcast(ip: string, bits: number): string {
  const value = (numberOf(ip) | (bits === 32 ? 0 : 0xffffffff >>> bits)) >>> 0
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

const ip: Applet = async (process, argv) => {
  const args = argv.slice(1)
  let family: '4' | '6' | null = null
  while (args[0]?.startsWith('-')) {
    const flag = args.shift()
    if (flag === '-4' || flag === '-6') family = flag.slice(1) as '4'
  }
  const [object = 'help', ...rest] = args
  const namespace = process.context.netNs
  if ('address'.startsWith(object)) return address(process, namespace, rest, family)
  if ('link'.startsWith(object)) return link(process, namespace, rest)
  if ('route'.startsWith(object)) return route(process, namespace, rest, family)
  if ('neighbor'.startsWith(object) || 'rule'.startsWith(object)) {
    if ('rule'.startsWith(object))
      await process.out('0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n')
    return 0
  }
  await process.err(`BusyBox v1.36.1 multi-call binary.\n\nUsage: ip [OPTIONS] address|route|link|neigh|rule [ARGS]\n`)
  return 1
}

async function address(process: Process, namespace: NetNs, args: string[], family: string | null): Promise<number> {
  if (args[0] && /^(add|del|replace|change)/.test(args[0])) return changeAddress(process, namespace, args)
  if (args[0] && /^flush/.test(args[0])) return denied(process)
  const name = args.filter((word) => !['show', 'list', 'dev'].includes(word))[0]
  const found = links(namespace, name)
  if (name !== undefined && found.length === 0) {
    await process.err(`ip: can't find device '${name}'\n`)
    return 1
  }
  for (const shown of found) {
    const addresses = shown.device.addresses.filter(
      (text) => family === null || text.includes(':') === (family === '6'),
    )
    if (family !== null && addresses.length === 0) continue
    await process.out(
      linkText(namespace, shown, family) + addresses.map((text) => addressText(shown.device, text)).join(''),
    )
  }
  return 0
}

/** `ip address add|del ADDRESS dev NAME`: without a prefix length it is one address alone. */
async function changeAddress(process: Process, namespace: NetNs, [verb = '', ...words]: string[]): Promise<number> {
  const name = words[words.indexOf('dev') + 1] ?? ''
  const given = words.find((word, index) => /^[0-9a-f.:]+(\/\d+)?$/.test(word) && words[index - 1] !== 'dev') ?? ''
  const address = given.includes('/') ? given : `${given}/${given.includes(':') ? 128 : 32}`
  const device = namespace.interfaces.find((each) => each.name === name)
  const refused = async (why: string) => {
    await process.err(`ip: RTNETLINK answers: ${why}\n`)
    return 2
  }
  if (!device) {
    await process.err(`ip: can't find device '${name}'\n`)
    return 1
  }
  if (!process.can(NET_ADMIN)) return refused('Operation not permitted')
  const there = device.addresses.includes(address)
  if (verb.startsWith('del')) {
    if (!there) return refused('Cannot assign requested address')
    device.addresses = device.addresses.filter((each) => each !== address)
    return 0
  }
  if (there && verb === 'add') return refused('File exists')
  if (!there) device.addresses.push(address)
  process.kernel.spec.reaches?.address?.(name, address)
  return 0
}

async function link(process: Process, namespace: NetNs, args: string[]): Promise<number> {
  const [verb = 'show', ...rest] = args
  if (verb === 'add') {
    if (process.kernel.distribution && process.can(NET_ADMIN) && rest.includes('dummy')) {
      const name = rest.find((word) => !['dev', 'name', 'type', 'dummy'].includes(word)) ?? 'dummy0'
      const mac = Array.from(randomBytes(5), (byte) => byte.toString(16).padStart(2, '0')).join(':')
      namespace.interfaces.push({ name, mac: `0e:${mac}`, mtu: 1500, addresses: [], up: false, dummy: true })
      return 0
    }
    // Kata's guest kernel has no dummy device: the kernel decides before the capability does (recorded).
    await process.err(`ip: RTNETLINK answers: Operation not ${process.can(NET_ADMIN) ? 'supported' : 'permitted'}\n`)
    return 2
  }
  if (verb === 'set') {
    if (!process.can(NET_ADMIN)) {
      await process.err('ip: ioctl 0x8914 failed: Operation not permitted\n')
      return 1
    }
    const device = namespace.interfaces.find((candidate) => rest.includes(candidate.name))
    if (!device) {
      await process.err(`ip: can't find device '${rest.filter((word) => word !== 'dev')[0] ?? ''}'\n`)
      return 1
    }
    if (rest.includes('up')) device.up = true
    if (rest.includes('down')) device.up = false
    const mtu = rest[rest.indexOf('mtu') + 1]
    if (rest.includes('mtu') && mtu) device.mtu = Number(mtu)
    return 0
  }
  if (/^del/.test(verb)) return denied(process)
  const name = args.filter((word) => !['show', 'list', 'dev'].includes(word))[0]
  for (const shown of links(namespace, name)) await process.out(linkText(namespace, shown, null))
  return 0
}

async function denied(process: Process): Promise<number> {
  await process.err(`ip: RTNETLINK answers: Operation not ${process.can(NET_ADMIN) ? 'supported' : 'permitted'}\n`)
  return 2
}

const ifconfig: Applet = async (process, argv) => {
  const given = options(argv, 'a')
  const namespace = process.context.netNs
  const found = links(namespace, given.rest[0])
  if (given.rest[0] !== undefined && found.length === 0) {
    await process.err(`ifconfig: ${given.rest[0]}: error fetching interface information: Device not found\n`)
    return 1
  }
  for (const { device } of found) {
    const loopback = device.name === 'lo'
    const count = namespace.counters.get(device.name) ?? { rxBytes: 0, rxPackets: 0, txBytes: 0, txPackets: 0 }
    const rows = [
      `${device.name.padEnd(9)} Link encap:${loopback ? 'Local Loopback  ' : `Ethernet  HWaddr ${device.mac.toUpperCase()}  `}`,
    ]
    for (const text of device.addresses) {
      const [own = '', bits = '32'] = text.split('/')
      if (own.includes(':')) rows.push(`          inet6 addr: ${text} Scope:${loopback ? 'Host' : 'Link'}`)
      else
        rows.push(
          `          inet addr:${own}${loopback ? '' : `  Bcast:${broadcast(own, Number(bits))}`}  Mask:${mask(Number(bits))}`,
        )
    }
    rows.push(
      `          ${device.up ? 'UP ' : ''}${loopback ? 'LOOPBACK ' : 'BROADCAST '}RUNNING ${loopback ? '' : 'MULTICAST '} MTU:${device.mtu}  Metric:1`,
    )
    rows.push(
      `          RX packets:${count.rxPackets} errors:0 dropped:0 overruns:0 frame:0`,
      `          TX packets:${count.txPackets} errors:0 dropped:0 overruns:0 carrier:0`,
    )
    rows.push(
      '          collisions:0 txqueuelen:1000 ',
      `          RX bytes:${count.rxBytes} (0.0 B)  TX bytes:${count.txBytes} (0.0 B)`,
      '',
      '',
    )
    await process.out(rows.join('\n'))
  }
  return 0
}

const routeApplet: Applet = async (process) => {
  await process.out(
    'Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n',
  )
  for (const entry of process.context.netNs.routes) {
    const [base = '', bits = '32'] = entry.destination === 'default' ? ['0.0.0.0', '0'] : entry.destination.split('/')
    await process.out(
      `${base.padEnd(15)} ${(entry.gateway ?? '0.0.0.0').padEnd(15)} ${mask(Number(bits)).padEnd(15)} ${(entry.gateway ? 'UG' : 'U').padEnd(5)} 0      0        0 ${entry.device}\n`,
    )
  }
  return 0
}

const netstat: Applet = async (process, argv) => {
  const given = options(argv, 'laentuwxrWp')
  if (given.has('r')) return routeApplet(process, ['route'])
  await process.out(
    `Active Internet connections (${given.has('l') ? 'only servers' : given.has('a') ? 'servers and established' : 'w/o servers'})\nProto Recv-Q Send-Q Local Address           Foreign Address         State       ${given.has('p') ? 'PID/Program name    ' : ''}\n`,
  )
  if (!given.has('l') && !given.has('a')) return 0
  for (const [port, { pid, program }] of process.context.netNs.listeners) {
    await process.out(
      `tcp        0      0 ${`0.0.0.0:${port}`.padEnd(23)} ${'0.0.0.0:*'.padEnd(23)} LISTEN      ${given.has('p') ? `${pid}/${program}` : ''}\n`,
    )
  }
  return 0
}

export const NETWORK: Record<string, Applet> = { ip, ifconfig, route: routeApplet, netstat }
