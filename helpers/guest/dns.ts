import type { PodHandle } from '../pods/podHandle.ts'

/** /etc/resolv.conf of a container. */
export interface Resolver {
  readonly servers: readonly string[]
  readonly search: readonly string[]
}

export async function resolver(pod: PodHandle): Promise<Resolver> {
  const { stdout } = await pod.read(['cat', '/etc/resolv.conf'])
  return parseResolver(stdout)
}

export const parseResolver = (text: string): Resolver => ({
  servers: Array.from(text.matchAll(/^nameserver\s+(\S+)/gm), ([, server = '']) => server),
  search: /^search\s+(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [],
})

/** The cluster's domain by the search list that the kubelet writes (`svc.DOMAIN`); cluster.local when there is none. */
export const clusterDomain = ({ search }: Resolver): string =>
  search.find((domain) => domain.startsWith('svc.'))?.slice('svc.'.length) ?? 'cluster.local'

export interface Answer {
  readonly resolved: boolean
  readonly addresses: readonly string[]
  /** All that nslookup wrote. */
  readonly text: string
}

/** Asks the container's DNS server for a full name, by nslookup: over UDP, without the search list. */
export async function lookup(pod: PodHandle, name: string): Promise<Answer> {
  const { stdout, stderr, exitCode } = await pod.read(['timeout', '20', 'nslookup', name])
  const addresses = parseAddresses(stdout)
  return { resolved: exitCode === 0 && addresses.length > 0, addresses, text: `${stdout}${stderr}`.trim() }
}

/** Addresses of an answer: what stands below its first name. The server's own stands above. */
export function parseAddresses(text: string): readonly string[] {
  const answer = /^Name:[\s\S]*/m.exec(text)?.[0] ?? ''
  return Array.from(answer.matchAll(/^Address(?: \d+)?:\s+(\S+)/gm), ([, address = '']) => address)
}
