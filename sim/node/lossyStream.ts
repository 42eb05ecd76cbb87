import type { MachineStream } from '../machine/machineNetwork.ts'

/** The stream without what takes full packets: a transfer stalls, a short answer comes. */
export function withoutLarge(stream: MachineStream, bytes: number): MachineStream {
  let stalled = false
  return {
    remoteAddress: stream.remoteAddress,
    write(data) {
      stalled ||= data.length > bytes
      if (!stalled) stream.write(data)
    },
    end: () => stream.end(),
    onData: (listener) =>
      stream.onData((data) => {
        stalled ||= data.length > bytes
        if (!stalled) listener(data)
      }),
    onEnd: (listener) => stream.onEnd(() => void (stalled || listener())),
  }
}
