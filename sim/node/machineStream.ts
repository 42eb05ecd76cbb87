import type { MachineStream } from '../machine/machineNetwork.ts'

/** Both ends of a connection: what is written at one comes out at the other, later and in order. */
export function streamPair(
  clientAddress: string,
  serverAddress: string,
): { client: MachineStream; server: MachineStream } {
  const toServer = new Pipe()
  const toClient = new Pipe()
  return { client: end(serverAddress, toServer, toClient), server: end(clientAddress, toClient, toServer) }
}

function end(remoteAddress: string, out: Pipe, incoming: Pipe): MachineStream {
  return {
    remoteAddress,
    write: (data) => out.push(data),
    end: () => out.push(null),
    onData: (listener) => incoming.onData(listener),
    onEnd: (listener) => incoming.onEnd(listener),
  }
}

/** One direction: keeps what nobody listens to yet. null is the end. */
class Pipe {
  readonly #queue: (Uint8Array | null)[] = []
  readonly #ends: (() => void)[] = []
  #data: ((data: Uint8Array) => void) | null = null
  #ended = false
  #scheduled = false

  push(item: Uint8Array | null): void {
    if (this.#ended) return
    this.#ended = item === null
    this.#queue.push(item)
    this.#schedule()
  }

  onData(listener: (data: Uint8Array) => void): void {
    this.#data = listener
    this.#schedule()
  }

  onEnd(listener: () => void): void {
    this.#ends.push(listener)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#drain()
    })
  }

  #drain(): void {
    for (;;) {
      const item = this.#queue[0]
      if (item === undefined) return
      if (item === null) {
        if (this.#ends.length === 0) return
        this.#queue.shift()
        for (const listener of this.#ends) listener()
      } else {
        if (!this.#data) return
        this.#queue.shift()
        this.#data(item)
      }
    }
  }
}
