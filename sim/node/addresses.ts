/** Whether an IPv4 address lies in the subnet of another one with a prefix: sameSubnet('10.244.1.5/24', '10.244.1.9'). */
export function sameSubnet(withPrefix: string, ip: string): boolean {
  const [address = '', prefix = '32'] = withPrefix.split('/')
  const bits = Number(prefix)
  const a = number(address)
  const b = number(ip)
  if (a === null || b === null) return false
  return bits === 0 || a >>> (32 - bits) === b >>> (32 - bits)
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
