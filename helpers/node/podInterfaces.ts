import { hostRoot, hostScript } from './hostFile.ts'

export interface PodInterface {
  readonly name: string
  readonly mac: string
  /** With prefix length: 10.244.0.7/24 */
  readonly addresses: readonly string[]
  readonly mtu: number
}

/**
 * Lists the interfaces in a network namespace of the host. The file is opened below the root of the host's first process: a
 * namespace made after the probe's start is mounted there for certain. Joining a namespace to look changes nothing in it.
 */
export const interfacesArgv = (netns: string): string[] =>
  hostScript(`exec nsenter "--net=/proc/1/root\${file#${hostRoot}}" -- ip addr show`, netns)

/** Reads `ip addr show` of busybox and of iproute2. */
export function parseInterfaces(stdout: string): PodInterface[] {
  const interfaces: { name: string; mac: string; addresses: string[]; mtu: number }[] = []
  for (const line of stdout.split('\n')) {
    const head = /^\d+: ([^:@\s]+)(?:@\S+)?: .*\bmtu (\d+)/.exec(line)
    if (head) interfaces.push({ name: head[1] ?? '', mac: '', addresses: [], mtu: Number(head[2]) })
    const last = interfaces.at(-1)
    if (!last) continue
    const mac = /^\s+link\/\S+ ([0-9a-f:]{17})\b/.exec(line)
    if (mac) last.mac = mac[1] ?? ''
    const address = /^\s+inet6? (\S+)/.exec(line)
    if (address) last.addresses.push(address[1] ?? '')
  }
  return interfaces
}
