import type { Duplex } from 'node:stream'

/** Nodes whose kubelet no longer answers, as when their machine or its network dies. */
export interface SilentNodes {
  /** Notes a connection to a node; false when the node is silent. */
  connect(nodeName: string, socket: Duplex): boolean
  /** The kubelet of the node no longer answers; what it streams ends without a word. */
  silence(nodeName: string): void
  speak(nodeName: string): void
}

export function createSilentNodes(): SilentNodes {
  const silent = new Set<string>()
  const streams = new Map<Duplex, string>()
  return {
    connect(nodeName, socket) {
      if (silent.has(nodeName)) return false
      const isNew = !streams.has(socket)
      streams.set(socket, nodeName)
      if (isNew) socket.once('close', () => streams.delete(socket))
      return true
    },
    silence(nodeName) {
      silent.add(nodeName)
      for (const [socket, node] of streams) if (node === nodeName) socket.destroy()
    },
    speak: (nodeName) => void silent.delete(nodeName),
  }
}
