import type { PodHandle } from '../pods/podHandle.ts'

/** A network interface of the guest. */
export interface Interface {
  readonly name: string
  readonly mac: string
  /** Addresses without prefix length, IPv4 and IPv6, link-local ones included. */
  readonly addresses: readonly string[]
}

/** The interface as the guest has it. Throws when there is none of that name. */
export async function networkInterface(pod: PodHandle, name: string, container?: string): Promise<Interface> {
  const within = container === undefined ? {} : { container }
  const { stdout, stderr, exitCode } = await pod.read(['ip', 'addr', 'show', name], within)
  if (exitCode !== 0)
    throw new Error(`ip addr show ${name} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return parseInterface(name, stdout)
}

/** Parses `ip addr show NAME`. */
export const parseInterface = (name: string, text: string): Interface => ({
  name,
  mac: /link\/\w+ ([0-9a-f:]{17})/.exec(text)?.[1] ?? '',
  addresses: [...text.matchAll(/^\s+inet6? ([0-9a-f.:]+)/gm)].map(([, address]) => address ?? ''),
})

/** MAC addresses of every interface in sight but the loopback. */
export async function hardwareAddresses(pod: PodHandle): Promise<readonly string[]> {
  const { stdout } = await pod.read(['ip', 'link'])
  return parseHardwareAddresses(stdout)
}

export const parseHardwareAddresses = (text: string): readonly string[] =>
  [...text.matchAll(/link\/ether ([0-9a-f:]{17})/g)].map(([, mac]) => mac ?? '')

/** Default routes of the guest, as `ip route` and `ip -6 route` write them. */
export async function defaultRoutes(pod: PodHandle): Promise<readonly string[]> {
  const answers = await Promise.all([pod.read(['ip', 'route']), pod.read(['ip', '-6', 'route'])])
  return answers.flatMap(({ stdout }) => parseDefaultRoutes(stdout))
}

export const parseDefaultRoutes = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('default '))

/**
 * Body of an HTTP GET from within the pod, by busybox wget, or why there is none. timeout(1) ends what gets no answer: wget -T ends a statically
 * linked busybox 1.35 with a segmentation fault.
 */
export async function httpGet(pod: PodHandle, address: string, port: number): Promise<{ ok: boolean; text: string }> {
  const host = address.includes(':') ? `[${address}]` : address
  const { stdout, stderr, exitCode } = await pod.read(['timeout', '15', 'wget', '-qO-', `http://${host}:${port}/`])
  return { ok: exitCode === 0, text: (exitCode === 0 ? stdout : stderr).trim() }
}

/** status.podIPs of the pod as last seen. */
export const podIPs = (pod: PodHandle): readonly string[] => {
  const status = pod.object.status as { podIPs?: readonly { ip: string }[] } | undefined
  return (status?.podIPs ?? []).map(({ ip }) => ip)
}
