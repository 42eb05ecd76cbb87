/**
 * The proxy that HTTPS_PROXY (or HTTP_PROXY) names for a server, unless NO_PROXY excepts it: Go's rules, which kubectl
 * follows when the kubeconfig has no proxy-url. Loopback never goes through a proxy.
 */
export function proxyFromEnvironment(server: string, environment: NodeJS.ProcessEnv): string | undefined {
  const { protocol, hostname, port } = new URL(server)
  const proxy = read(environment, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  if (!proxy || isLoopback(hostname)) return undefined
  const excepted = (read(environment, 'NO_PROXY') ?? '').split(',').map((entry) => entry.trim().toLowerCase())
  if (excepted.some((entry) => matches(entry, hostname.toLowerCase(), port))) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

const read = (environment: NodeJS.ProcessEnv, name: string): string | undefined =>
  environment[name] || environment[name.toLowerCase()] || undefined

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\./.test(host)

/** `*`, a host, `.domain`, `host:port`, or an IPv4 block. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  const [name = '', wantedPort] = entry.split(':')
  if (wantedPort !== undefined && wantedPort !== port) return false
  if (name.includes('/')) return inBlock(name, host)
  const bare = name.replace(/^\*?\./, '')
  return (!name.startsWith('.') && host === bare) || host.endsWith(`.${bare}`)
}

function inBlock(block: string, host: string): boolean {
  const [network = '', bits = '32'] = block.split('/')
  const [one, other] = [numberOf(network), numberOf(host)]
  if (one === null || other === null) return false
  const size = 2 ** (32 - Number(bits))
  return Math.floor(one / size) === Math.floor(other / size)
}

function numberOf(address: string): number | null {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return null
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}
