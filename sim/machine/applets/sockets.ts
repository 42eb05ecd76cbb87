import { MachineError } from '../machineError.ts'
import type { MachineStream } from '../machineNetwork.ts'
import type { NetNs } from '../kernel/namespaces.ts'
import type { Process } from '../kernel/process.ts'

/** Who listens inside a network namespace: its own loopback and addresses need no network outside. */
const local = new WeakMap<NetNs, Map<number, (peer: MachineStream) => void>>()

/** Listens on all addresses until the process ends, or for one connection. @returns why it cannot */
export function listen(
  process: Process,
  port: number,
  accept: (peer: MachineStream) => void,
  once = false,
): MachineError | null {
  const { netNs } = process.context
  const ports = local.get(netNs) ?? new Map<number, (peer: MachineStream) => void>()
  local.set(netNs, ports)
  if (ports.has(port)) return new MachineError('EADDRINUSE', 'Address already in use')
  let stopOutside: (() => void) | undefined
  const stop = () => {
    ports.delete(port)
    netNs.listeners.delete(port)
    stopOutside?.()
    stopOutside = undefined
  }
  const accepted = (peer: MachineStream) => {
    if (once) stop()
    accept(whileAlive(process, peer))
  }
  ports.set(port, accepted)
  netNs.listeners.set(port, { pid: process.ownPid, program: process.comm })
  stopOutside = process.kernel.network?.listen(netNs, port, accepted)
  process.onExit(stop)
  return null
}

/** A connection that a process has accepted: its kernel closes it to whoever still writes when the process has ended. */
const whileAlive = (process: Process, peer: MachineStream): MachineStream => ({
  remoteAddress: peer.remoteAddress,
  write: (data) => peer.write(data),
  end: () => peer.end(),
  onData: (listener) => peer.onData((data) => (process.dead ? peer.end() : listener(data))),
  onEnd: (listener) => peer.onEnd(listener),
})

/** @throws MachineError ECONNREFUSED, ENETUNREACH, ETIMEDOUT … */
export async function connect(process: Process, ip: string, port: number): Promise<MachineStream> {
  const { netNs } = process.context
  const own =
    ip === '::1' ||
    ip.startsWith('127.') ||
    netNs.interfaces.some((device) => device.addresses.some((address) => address.split('/')[0] === ip))
  if (own) {
    const accept = local.get(netNs)?.get(port)
    const elsewhere = accept ? undefined : process.kernel.spec.reaches?.loopback
    if (elsewhere) return process.during(elsewhere(port))
    if (!accept) throw new MachineError('ECONNREFUSED', 'Connection refused')
    const [here, there] = streamPair(ip)
    accept(there)
    return here
  }
  if (!netNs.routes.some((route) => route.destination === 'default') && netNs.routes.length === 0)
    throw new MachineError('ENETUNREACH', 'Network is unreachable')
  const { network } = process.kernel
  if (!network) throw new MachineError('EHOSTUNREACH', 'No route to host')
  const stream = await process.during(network.connect(netNs, ip, port))
  count(netNs, 120)
  return stream
}

function count(netNs: NetNs, bytes: number): void {
  const device = netNs.interfaces.find((candidate) => candidate.name !== 'lo')?.name ?? 'lo'
  const figures = netNs.counters.get(device) ?? { rxBytes: 0, rxPackets: 0, txBytes: 0, txPackets: 0 }
  figures.rxBytes += bytes
  figures.rxPackets++
  figures.txBytes += bytes
  figures.txPackets++
  netNs.counters.set(device, figures)
}

/** Two ends of one connection inside the simulation: what sim/node's network hands out too. */
export function streamPair(address: string, client = address): [MachineStream, MachineStream] {
  const left = new End(address)
  const right = new End(client)
  left.other = right
  right.other = left
  return [left, right]
}

class End implements MachineStream {
  readonly remoteAddress: string
  other: End | null = null
  #data: ((data: Uint8Array) => void) | null = null
  #ended: (() => void) | null = null
  #early: Uint8Array[] = []
  #isEnded = false

  constructor(remoteAddress: string) {
    this.remoteAddress = remoteAddress
  }

  write(data: Uint8Array): void {
    const { other } = this
    queueMicrotask(() => other?.receive(data))
  }

  end(): void {
    const { other } = this
    queueMicrotask(() => other?.finish())
  }

  receive(data: Uint8Array): void {
    if (this.#data) this.#data(data)
    else this.#early.push(data)
  }

  finish(): void {
    this.#isEnded = true
    this.#ended?.()
  }

  onData(listener: (data: Uint8Array) => void): void {
    this.#data = listener
    for (const data of this.#early.splice(0)) listener(data)
  }

  onEnd(listener: () => void): void {
    this.#ended = listener
    if (this.#isEnded) listener()
  }
}
