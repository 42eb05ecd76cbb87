import type { MachineStream, NetNamespace } from '../machine/machineNetwork.ts'
import type { Attachment } from './linkQuality.ts'

const segment = 1448

/** The stream, whose bytes are counted at the interfaces which they cross: of both ends, and of the namespaces on the nodes around guests. */
export function countBytes(stream: MachineStream, from: Attachment, to: Attachment): MachineStream {
  return {
    remoteAddress: stream.remoteAddress,
    write(data) {
      sent(from, data.length)
      received(to, data.length)
      stream.write(data)
    },
    end: () => stream.end(),
    onData: (listener) =>
      stream.onData((data) => {
        sent(to, data.length)
        received(from, data.length)
        listener(data)
      }),
    onEnd: (listener) => stream.onEnd(listener),
  }
}

/** Out of a guest comes what its tap device receives, and what the veth beside it sends. */
function sent({ namespace, outer }: Attachment, bytes: number): void {
  count(namespace, 'eth0', { tx: bytes })
  if (!outer) return
  count(outer, 'tap0_kata', { rx: bytes })
  count(outer, 'eth0', { tx: bytes })
}

function received({ namespace, outer }: Attachment, bytes: number): void {
  count(namespace, 'eth0', { rx: bytes })
  if (!outer) return
  count(outer, 'eth0', { rx: bytes })
  count(outer, 'tap0_kata', { tx: bytes })
}

function count(
  { counters, interfaces }: NetNamespace,
  name: string,
  { rx = 0, tx = 0 }: { rx?: number; tx?: number },
): void {
  if (!counters || !interfaces.some((device) => device.name === name)) return
  const figures = counters.get(name) ?? { rxBytes: 0, rxPackets: 0, txBytes: 0, txPackets: 0 }
  figures.rxBytes += rx
  figures.rxPackets += Math.ceil(rx / segment)
  figures.txBytes += tx
  figures.txPackets += Math.ceil(tx / segment)
  counters.set(name, figures)
}
