import type { PodHandle } from '../pods/podHandle.ts'

export interface Pings {
  readonly sent: number
  readonly received: number
  /** Mean round trip, ms; null when nothing came back. */
  readonly averageMs: number | null
  /** What ping wrote to stderr. */
  readonly error: string
}

/** IPv4 and ICMP headers: what a ping adds to its data, bytes. */
export const pingHeaders = 28

/**
 * Pings an address once a second.
 * @param bytes of data in a packet. One that fits the sender's route is sent with DF set (Linux, raw sockets: IP_PMTUDISC_WANT), so that a narrower way
 * shows as a loss.
 */
export async function ping(
  pod: PodHandle,
  address: string,
  { count, bytes = 56 }: { count: number; bytes?: number },
): Promise<Pings> {
  const argv = ['ping', '-q', '-c', String(count), '-W', '3', '-s', String(bytes), address]
  const { stdout, stderr } = await pod.read(argv)
  return { ...parsePing(stdout), error: stderr.trim() }
}

/** Parses the summary of busybox's and iputils' ping. Nothing sent when there is none. */
export function parsePing(text: string): Omit<Pings, 'error'> {
  const [, sent = '0', received = '0'] = /(\d+) packets transmitted, (\d+)(?: packets)? received/.exec(text) ?? []
  const average = /= [\d.]+\/([\d.]+)\//.exec(text)?.[1]
  return { sent: Number(sent), received: Number(received), averageMs: average === undefined ? null : Number(average) }
}
