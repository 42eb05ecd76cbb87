/** A network interface of a network namespace on the node. */
export interface Link {
  readonly index: number
  readonly name: string
  readonly mac: string
  /** With prefix length: 10.244.0.7/24 */
  readonly addresses: readonly string[]
  readonly mtu: number
  readonly up: boolean
  /** Of a veth: index of its other end, where that is in another namespace. */
  readonly peer: number | null
  /** One end of a pair, or on top of another: shown with that one's name or index. */
  readonly paired: boolean
  /** The bridge whose port it is. */
  readonly master: string | null
}

/** Reads `ip addr show` of busybox and of iproute2. */
export function parseLinks(stdout: string): Link[] {
  const links: { -readonly [Key in keyof Link]: Key extends 'addresses' ? string[] : Link[Key] }[] = []
  for (const line of stdout.split('\n')) {
    const head = /^(\d+): ([^:@\s]+)(?:@(\S+))?: <([^>]*)>(.*\bmtu (\d+).*)/.exec(line)
    if (head) {
      const [, index = '', name = '', other = '', flags = '', rest = '', mtu = ''] = head
      const peer = /^if(\d+)$/.exec(other)?.[1]
      links.push({
        index: Number(index),
        name,
        mac: '',
        addresses: [],
        mtu: Number(mtu),
        up: flags.split(',').includes('UP'),
        peer: peer === undefined ? null : Number(peer),
        paired: other !== '',
        master: /\bmaster (\S+)/.exec(rest)?.[1] ?? null,
      })
    }
    const last = links.at(-1)
    if (!last) continue
    const mac = /^\s+link\/\S+ ([0-9a-f:]{17})\b/.exec(line)
    if (mac) last.mac = mac[1] ?? ''
    const address = /^\s+inet6? (\S+)/.exec(line)
    if (address) last.addresses.push(address[1] ?? '')
  }
  return links
}
