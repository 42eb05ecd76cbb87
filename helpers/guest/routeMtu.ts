import { FactUnknownError } from '../facts/armFacts.ts'
import type { PodHandle } from '../pods/podHandle.ts'
import { pingHeaders } from './ping.ts'

/** What the IP layer of a network namespace counts: /proc/net/snmp. */
export interface IpCounters {
  readonly outRequests: number
  /** Pieces that packets were cut into. */
  readonly fragCreates: number
}

/** Every IPv4 host takes packets of this size (RFC 791). */
const smallest = 68

/**
 * MTU of the route that a pod takes to an IPv4 address: the largest packet that leaves it in one piece. Null where that is as much as the interface takes.
 * busybox's `ip` sets the MTU of a route, and never shows it (networking/libiproute/iproute.c, print_route); /proc/net/route has another figure in that
 * column (net/ipv4/fib_trie.c: advmss + 40). So packets are sent, and the kernel counts which of them it cuts: whether they arrive does not matter. Nothing
 * else of the pod may send large packets meanwhile: a pod of the check's own.
 * Throws when no packet can be sent, FactUnknownError for an IPv6 address.
 * @param interfaceMtu bytes
 */
export async function routeMtu(pod: PodHandle, address: string, interfaceMtu: number): Promise<number | null> {
  if (address.includes(':'))
    throw new FactUnknownError('the MTU of a route', `only those of IPv4 are looked for, not ${address}'s`)
  // The largest first: it tells whether there is an MTU of the route at all, before a narrower way (RFC 1191) can have taught one.
  if (!(await isCut(pod, address, interfaceMtu))) return null
  let [whole, cut] = [smallest, interfaceMtu]
  while (cut - whole > 1) {
    const middle = Math.floor((whole + cut) / 2)
    if (await isCut(pod, address, middle)) cut = middle
    else whole = middle
  }
  return whole
}

/** Whether a packet of so many bytes is sent in pieces. */
async function isCut(pod: PodHandle, address: string, bytes: number): Promise<boolean> {
  const script = 'cat /proc/net/snmp; ping -q -c 1 -W 1 -s "$1" "$2" >/dev/null; echo ==; cat /proc/net/snmp'
  const { stdout, stderr } = await pod.read(['sh', '-c', script, 'ping', String(bytes - pingHeaders), address])
  const [before, after] = stdout.split('==\n').map(parseIpCounters)
  if (!before || !after || after.outRequests === before.outRequests)
    throw new Error(
      `pod ${pod.name} cannot send packets of ${bytes} bytes to ${address}: ${stderr.trim() || 'no reason given'}`,
    )
  return after.fragCreates > before.fragCreates
}

/** Reads /proc/net/snmp. Throws when the IP layer's line is not there. */
export function parseIpCounters(text: string): IpCounters {
  const [names = [], figures = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
    .map((line) => line.split(' '))
  const of = (name: string): number => {
    const figure = Number(figures[names.indexOf(name)] ?? NaN)
    if (Number.isNaN(figure)) throw new Error(`/proc/net/snmp has no ${name}`)
    return figure
  }
  return { outRequests: of('OutRequests'), fragCreates: of('FragCreates') }
}
