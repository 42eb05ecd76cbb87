import { MachineError } from '../machineError.ts'
import { readNow } from '../fs/files.ts'
import type { Process } from '../kernel/process.ts'
import type { Applet } from './applet.ts'

/** Addresses of a host name: literal, /etc/hosts, then the cluster's DNS by the search list of resolv.conf. */
export async function resolve(process: Process, name: string): Promise<string[]> {
  if (/^[\d.]+$/.test(name) || name.includes(':')) return [name]
  for (const line of textOr(process, '/etc/hosts').split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (names.includes(name) && !address.includes(':')) return [address]
  }
  if (name === 'localhost') return ['127.0.0.1']
  const { network } = process.kernel
  if (!network) return []
  const search = /^search\s+(.*)$/m.exec(textOr(process, '/etc/resolv.conf'))?.[1]?.split(/\s+/) ?? []
  const dots = name.split('.').length - 1
  const ndots = Number(/ndots:(\d+)/.exec(textOr(process, '/etc/resolv.conf'))?.[1] ?? 1)
  const suffixed = name.endsWith('.') ? [] : search.map((domain) => `${name}.${domain}`)
  for (const candidate of dots >= ndots ? [name, ...suffixed] : [...suffixed, name]) {
    const found = await process
      .during(network.lookup(process.context.netNs, dnsServer(process), candidate.replace(/\.$/, '')))
      .catch((error: unknown) => (error instanceof MachineError ? null : Promise.reject(error as Error)))
    if (found === null) return []
    if (found.length > 0) return found
  }
  return []
}

const dnsServer = (process: Process): string =>
  /^nameserver\s+(\S+)/m.exec(textOr(process, '/etc/resolv.conf'))?.[1] ?? '127.0.0.1'

function textOr(process: Process, path: string): string {
  try {
    return readNow(process, path)
  } catch {
    return ''
  }
}

export const nslookup: Applet = async (process, argv) => {
  const [name = '', server = dnsServer(process)] = argv.slice(1).filter((word) => !word.startsWith('-'))
  const { network } = process.kernel
  const noAnswer = async () => {
    await process.out(';; connection timed out; no servers could be reached\n\n')
    return 1
  }
  if (!network) return noAnswer()
  // busybox's nslookup asks for the name as it stands, without the search list (recorded: kubernetes.default is NXDOMAIN).
  let found: string[]
  try {
    found = await process.during(network.lookup(process.context.netNs, server, name.replace(/\.$/, '')))
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    if (error.errno === 'ETIMEDOUT') return noAnswer()
    await process.err(`nslookup: can't connect to remote host (${server}): ${error.message}\n`)
    return 1
  }
  await process.out(`Server:\t\t${server}\nAddress:\t${server}:53\n\n`)
  if (found.length === 0) {
    await process.out(`** server can't find ${name}: NXDOMAIN\n\n** server can't find ${name}: NXDOMAIN\n\n`)
    return 1
  }
  await process.out(`${found.map((address) => `Name:\t${name}\nAddress: ${address}\n`).join('')}\n`)
  return 0
}
