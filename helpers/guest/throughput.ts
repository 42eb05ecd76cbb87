import type { PodHandle } from '../pods/podHandle.ts'

const seconds = 5

interface Report {
  readonly end?: { readonly sum_received?: { readonly bits_per_second?: number } }
  readonly error?: string
}

/**
 * Throughput of one TCP stream to an iperf3 server, Gbit/s, as the receiver counted it. Throws when iperf3 fails.
 * @param container of the client that has iperf3, if it is not the first
 */
export async function throughputGbps(client: PodHandle, server: string, container?: string): Promise<number> {
  const argv = ['iperf3', '-c', server, '-t', String(seconds), '-J']
  const { stdout, stderr } = await client.read(argv, container === undefined ? {} : { container })
  return parseThroughput(stdout, `${argv.join(' ')} in pod ${client.name}: ${stderr.trim()}`)
}

/** Reads iperf3's JSON. @param where for the error */
export function parseThroughput(text: string, where: string): number {
  let report: Report
  try {
    report = JSON.parse(text) as Report
  } catch {
    throw new Error(`${where}: no JSON: ${text.slice(0, 80)}`)
  }
  const bits = report.end?.sum_received?.bits_per_second
  if (bits === undefined) throw new Error(`${where}: ${report.error ?? 'no figure'}`)
  return bits / 1e9
}
