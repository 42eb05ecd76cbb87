import type { PodHandle } from '../pods/podHandle.ts'

/** A line of `ip route`. */
export interface Route {
  /** A network, an address, or `default`. */
  readonly destination: string
  readonly gateway: string | null
  readonly device: string | null
}

/** As iproute2 shows it. */
export interface RouteWithMtu extends Route {
  /** Of the route itself; null where packets may be as large as the interface's. */
  readonly mtu: number | null
}

/** IPv4 routes of a container's network, without their MTU: busybox's ip does not show it, `routeMtu` finds it. Throws when ip fails. */
export async function routes(pod: PodHandle): Promise<readonly Route[]> {
  const { stdout, stderr, exitCode } = await pod.read(['ip', 'route'])
  if (exitCode !== 0) throw new Error(`ip route in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return parseRoutes(stdout.split('\n')).map(({ mtu: _mtu, ...route }) => route)
}

/** Parses lines of `ip route` of busybox and of iproute2. */
export const parseRoutes = (lines: readonly string[]): readonly RouteWithMtu[] =>
  lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [destination = ''] = line.split(/\s+/)
      const after = (word: string) => new RegExp(`\\b${word} (?:lock )?(\\S+)`).exec(line)?.[1] ?? null
      const mtu = after('mtu')
      return { destination, gateway: after('via'), device: after('dev'), mtu: mtu === null ? null : Number(mtu) }
    })

/** Routes that lead out of the pod. */
export const notLoopback = (all: readonly Route[]): readonly Route[] => all.filter(({ device }) => device !== 'lo')

export const defaultRoute = <Found extends Route>(all: readonly Found[]): Found | null =>
  all.find(({ destination, gateway }) => destination === 'default' && !gateway?.includes(':')) ?? null
