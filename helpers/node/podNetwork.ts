import { hostRoot, hostScript } from './hostFile.ts'
import { linesOf, sectionsOf } from './sections.ts'
import { type Link, parseLinks } from './links.ts'

/** A pod's network namespace on its node: what the CNI made, and of a Kata pod what the shim put beside it. */
export interface PodNetwork {
  readonly links: readonly Link[]
  /** Lines of `ip route`, of IPv4 and IPv6. */
  readonly routes: readonly string[]
  /** Bytes since the interface is there, by its name. */
  readonly traffic: ReadonlyMap<string, { readonly received: number; readonly sent: number }>
}

const parts = ['ip addr show', 'ip route', 'ip -6 route', 'cat /proc/self/net/dev']
const script = parts.map((command) => `echo "== ${command}"; ${command} 2>/dev/null`).join('; ')

/** Looks into a network namespace of the host, given by its file; as `interfacesArgv` does. */
export const podNetworkArgv = (netns: string): string[] =>
  hostScript(`exec nsenter "--net=/proc/1/root\${file#${hostRoot}}" -- sh -c '${script}'`, netns)

export function parsePodNetwork(stdout: string): PodNetwork {
  const of = (command: string) => sectionsOf(stdout).get(command) ?? ''
  return {
    links: parseLinks(of('ip addr show')),
    routes: [...linesOf(of('ip route')), ...linesOf(of('ip -6 route'))],
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
