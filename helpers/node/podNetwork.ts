import { hostRoot, hostScript } from './hostFile.ts'
import { linesOf, sectionsOf } from './sections.ts'
import { type Link, parseLinks } from './links.ts'

/** A pod's network namespace on its node: what the CNI made, and of a Kata pod what the shim put beside it. */
export interface PodNetwork {
  readonly links: readonly Link[]
  /** Lines of `ip route`, of IPv4 and IPv6. */
  readonly routes: readonly string[]
  /** Lines of `ip route` of the node's own iproute2, with the MTU of each route that has one; null without: busybox's ip does not show it. */
  readonly routesWithMtu: readonly string[] | null
  /** Bytes since the interface is there, by its name. */
  readonly traffic: ReadonlyMap<string, { readonly received: number; readonly sent: number }>
}

const nodesOwn = `chroot ${hostRoot} ip`
const parts = [
  ...['ip addr show', 'ip route', 'ip -6 route', 'cat /proc/self/net/dev'],
  ...[`${nodesOwn} -V`, `${nodesOwn} route`],
]
const script = parts.map((command) => `echo "== ${command}"; ${command} 2>/dev/null`).join('; ')

/** Looks into a network namespace of the host, given by its file; as `interfacesArgv` does. */
export const podNetworkArgv = (netns: string): string[] =>
  hostScript(`exec nsenter "--net=/proc/1/root\${file#${hostRoot}}" -- sh -c '${script}'`, netns)

export function parsePodNetwork(stdout: string): PodNetwork {
  const of = (command: string) => sectionsOf(stdout).get(command) ?? ''
  return {
    links: parseLinks(of('ip addr show')),
    routes: [...linesOf(of('ip route')), ...linesOf(of('ip -6 route'))],
    routesWithMtu: of(`${nodesOwn} -V`).includes('iproute2') ? linesOf(of(`${nodesOwn} route`)) : null,
    traffic: parseTraffic(of('cat /proc/self/net/dev')),
  }
}

/** Reads /proc/net/dev: bytes received are the first figure of a line, bytes sent the ninth. */
export function parseTraffic(text: string): PodNetwork['traffic'] {
  return new Map(
    Array.from(text.matchAll(/^\s*([^\s:]+):\s*(\d+(?:\s+\d+){15})\s*$/gm), ([, name = '', figures = '']) => {
      const numbers = figures.split(/\s+/).map(Number)
      return [name, { received: numbers[0] ?? 0, sent: numbers[8] ?? 0 }]
    }),
  )
}
