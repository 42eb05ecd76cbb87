import { type Link, parseLinks } from './links.ts'
import { linesOf, sectionsOf } from './sections.ts'

/** The node's own network, as its kernel has it. */
export interface HostNetwork {
  readonly links: readonly Link[]
  /** Lines of `ip route`, of IPv4 and IPv6. */
  readonly routes: readonly string[]
  /** Lines of `ip rule`. */
  readonly rules: readonly string[]
}

const parts = ['ip addr show', 'ip route', 'ip -6 route', 'ip rule']

/** One exec: all of it belongs to one moment. Joining a network namespace to look changes nothing in it. */
export const hostNetworkArgv = (): string[] => [
  'nsenter',
  '-t',
  '1',
  '-n',
  'sh',
  '-c',
  parts.map((command) => `echo "== ${command}"; ${command} 2>/dev/null`).join('; '),
]

export function parseHostNetwork(stdout: string): HostNetwork {
  const of = (command: string) => sectionsOf(stdout).get(command) ?? ''
  return {
    links: parseLinks(of('ip addr show')),
    // How long a router's announcement lasts is another number each second.
    routes: [...linesOf(of('ip route')), ...linesOf(of('ip -6 route'))].map((route) =>
      route.replace(/ expires \d+sec/, ''),
    ),
    rules: linesOf(of('ip rule')),
  }
}
