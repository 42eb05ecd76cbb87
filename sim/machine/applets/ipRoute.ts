import type { Process } from '../kernel/process.ts'
import type { NetNs } from '../kernel/namespaces.ts'
import type { NetRoute } from '../machineNetwork.ts'

export const NET_ADMIN = 12

export function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0) >>> 0
}

function within(ip: string, network: string): boolean {
  const [base = '', bits = '32'] = network.split('/')
  const width = Number(bits)
  return !base.includes(':') && (width === 0 || numberOf(ip) >>> (32 - width) === numberOf(base) >>> (32 - width))
}

export const familyOf = ({ destination, family = destination.includes(':') ? 6 : 4 }: NetRoute): 4 | 6 => family

/** busybox sets the MTU of a route, and never shows it (networking/libiproute/iproute.c, print_route). */
function routeText(entry: NetRoute): string {
  const via = entry.gateway ? `via ${entry.gateway} ` : ''
  const scope = entry.gateway ? '' : 'scope link '
  const source = entry.source ? ` src ${entry.source} ` : ''
  return `${entry.destination} ${via}dev ${entry.device} ${scope}${source}\n`
}

/** `ip route …`. */
export async function route(
  process: Process,
  namespace: NetNs,
  args: string[],
  family: string | null,
): Promise<number> {
  const [verb = 'show', ...rest] = args
  if (verb === 'get') return routeGet(process, namespace, rest[0] ?? '')
  if (/^(add|replace|change|del|delete|append)$/.test(verb)) return changeRoute(process, namespace, verb, rest)
  // busybox takes `show default` for `show to 0/0`, which all routes are (recorded)
  const shown = namespace.routes.filter((entry) => familyOf(entry) === Number(family ?? 4))
  await process.out(shown.map(routeText).join(''))
  return 0
}

async function routeGet(process: Process, namespace: NetNs, target: string): Promise<number> {
  const direct = namespace.routes.find((entry) => entry.destination !== 'default' && within(target, entry.destination))
  const found = direct ?? namespace.routes.find((entry) => entry.destination === 'default')
  if (!found) {
    await process.err('ip: RTNETLINK answers: Network is unreachable\n')
    return 2
  }
  const own =
    namespace.interfaces
      .find((device) => device.name === found.device)
      ?.addresses.find((text) => text.includes('.'))
      ?.split('/')[0] ?? ''
  await process.out(`${target} ${found.gateway ? `via ${found.gateway} ` : ''}dev ${found.device}  src ${own} \n`)
  return 0
}

async function changeRoute(process: Process, namespace: NetNs, verb: string, words: string[]): Promise<number> {
  const keys = new Set(['via', 'dev', 'src', 'mtu', 'metric', 'scope', 'proto', 'table'])
  const values = new Map<string, string>()
  let destination: string | null = null
  const flat = words.flatMap((word) => (words.length === 1 ? word.split(/\s+/) : [word])).filter((word) => word !== '')
  for (let at = 0; at < flat.length; at++) {
    const word = flat[at] as string
    if (keys.has(word)) values.set(word, flat[++at] ?? '')
    else if (destination === null) destination = word
    else {
      await process.err(`ip: either "to" is duplicate, or "${word}" is garbage\n`)
      return 1
    }
  }
  if (!process.can(NET_ADMIN)) {
    await process.err('ip: RTNETLINK answers: Operation not permitted\n')
    return 2
  }
  const target = destination ?? 'default'
  const index = namespace.routes.findIndex((entry) => entry.destination === target)
  if (verb.startsWith('del')) {
    if (index < 0) {
      await process.err('ip: RTNETLINK answers: No such process\n')
      return 2
    }
    namespace.routes.splice(index, 1)
    return 0
  }
  if (verb === 'add' && index >= 0) {
    await process.err('ip: RTNETLINK answers: File exists\n')
    return 2
  }
  const gateway = values.get('via') ?? null
  const device =
    values.get('dev') ??
    namespace.interfaces.find(
      (candidate) =>
        candidate.name !== 'lo' && candidate.addresses.some((text) => gateway !== null && within(gateway, text)),
    )?.name ??
    namespace.routes[index]?.device
  if (!device) {
    await process.err('ip: RTNETLINK answers: Network is unreachable\n')
    return 2
  }
  const made: NetRoute = {
    destination: target,
    gateway,
    device,
    ...(values.has('src') ? { source: values.get('src') as string } : {}),
    ...(values.has('mtu') ? { mtu: Number(values.get('mtu')) } : {}),
  }
  if (index >= 0) namespace.routes[index] = made
  else namespace.routes.push(made)
  return 0
}
