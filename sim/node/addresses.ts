/** Whether an IPv4 address lies in the subnet of another one with a prefix: sameSubnet('10.244.1.5/24', '10.244.1.9'). */
export function sameSubnet(withPrefix: string, ip: string): boolean {
  const [address = '', prefix = '32'] = withPrefix.split('/')
  const bits = Number(prefix)
  const a = number(address)
  const b = number(ip)
  if (a === null || b === null) return false
  return bits === 0 || a >>> (32 - bits) === b >>> (32 - bits)
}

/** IPv4 addresses of a node's pods: 10.244.<node>.0/24, .1 is the bridge. Freed ones come back last. */
export interface AddressPool {
  readonly gateway: string
  take(): string
  free(ip: string): void
}

/** @param node number of the node, from 1. @throws Error when all are taken. */
export function createAddressPool(node: number): AddressPool {
  const prefix = `10.244.${node}`
  const free = Array.from({ length: 253 }, (_, index) => `${prefix}.${index + 2}`)
  return {
    gateway: `${prefix}.1`,
    take() {
      const ip = free.shift()
      if (ip === undefined)
        throw new Error(
          `failed to allocate for range 0: no IP addresses available in range set: ${prefix}.1-${prefix}.254`,
        )
      return ip
    },
    free: (ip) => void free.push(ip),
  }
}

function number(ip: string): number | null {
  const parts = ip.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return null
  return parts.reduce((value, part) => value * 256 + part, 0) >>> 0
}
