/** Whether an address lies in the subnet of another one with a prefix: sameSubnet('10.244.1.5/24', '10.244.1.9'). IPv4 and IPv6. */
export function sameSubnet(withPrefix: string, ip: string): boolean {
  const [address = '', prefix] = withPrefix.split('/')
  const family = isIPv6(ip) ? 128 : 32
  if (isIPv6(address) !== (family === 128)) return false
  const a = family === 128 ? number6(address) : number(address)
  const b = family === 128 ? number6(ip) : number(ip)
  if (a === null || b === null) return false
  const rest = BigInt(family - Number(prefix ?? family))
  return BigInt(a) >> rest === BigInt(b) >> rest
}

export const isIPv6 = (address: string): boolean => address.includes(':')

function number6(address: string): bigint | null {
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => text.split(':').filter((group) => group !== '')
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array<string>(Math.max(0, missing)).fill('0'), ...groups(tail ?? '')]
  if (all.length !== 8 || all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

/** Where the pods of an embedded cluster have their addresses: what kubeadm and flannel take. */
export const embeddedPodNetwork = '10.244.0.0'

/** The first three parts of the /24 that a node's pods have: as many networks after the first as the node's number says. */
export function podPrefix(firstNetwork: string, node: number): string {
  return dotted((number(firstNetwork) ?? 0) + node * 256)
    .split('.')
    .slice(0, 3)
    .join('.')
}

/** Of the node in its own network: 192.168.121.11 is the first. */
export function nodeAddress(node: number): string {
  return dotted((number('192.168.121.10') ?? 0) + node)
}

/** IPv4 addresses of a node's pods: a /24, .1 is the bridge. Freed ones come back last. */
export interface AddressPool {
  readonly gateway: string
  take(): string
  free(ip: string): void
}

/** @param prefix of podPrefix. @throws Error when all are taken. */
export function createAddressPool(prefix: string): AddressPool {
  let next = 2
  const freed: string[] = []
  return {
    gateway: `${prefix}.1`,
    take() {
      const ip = next < 255 ? `${prefix}.${next++}` : freed.shift()
      if (ip === undefined)
        throw new Error(
          `failed to allocate for range 0: no IP addresses available in range set: ${prefix}.1-${prefix}.254`,
        )
      return ip
    },
    free: (ip) => void freed.push(ip),
  }
}

function number(ip: string): number | null {
  const parts = ip.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return null
  return parts.reduce((value, part) => value * 256 + part, 0) >>> 0
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}
