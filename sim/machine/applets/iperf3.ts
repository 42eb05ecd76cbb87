import { MachineError } from '../machineError.ts'
import type { Program } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { options } from './applet.ts'
import { connect, listen } from './sockets.ts'

const PORT = 5201

/** iperf3: its server, and a client of one TCP stream. The bytes of the test are not moved: how many there would be follows from the network. */
export const iperf3: Program['run'] = async (process, argv) => {
  const given = options(argv, 'sc:t:p:JP:Ri:f:')
  const port = Number(given.get('p') ?? PORT)
  if (given.has('s')) return serve(process, port)
  const host = given.get('c') ?? ''
  const seconds = Number(given.get('t') ?? 10)
  const { network } = process.kernel
  try {
    const stream = await connect(process, host, port)
    const bits = network === null ? 0 : network.throughput(process.context.netNs, host)
    await process.sleep(seconds * 1000)
    stream.end()
    await process.out(given.has('J') ? json(bits, seconds) : table(bits, seconds))
    return 0
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    const message = `unable to connect to server: ${error.message}`
    if (given.has('J')) await process.out(`${JSON.stringify({ error: message }, null, '\t')}\n`)
    else await process.err(`iperf3: error - ${message}\n`)
    return 1
  }
}

async function serve(process: Process, port: number): Promise<number> {
  if (listen(process, port, (peer) => peer.onEnd(() => peer.end()))) {
    await process.err('iperf3: error - unable to start listener for connections: Address already in use\n')
    return 1
  }
  await process.out(`Server listening on ${port} (test #1)\n`)
  await process.pause()
  return 0
}

function json(bits: number, seconds: number): string {
  const sum = { start: 0, end: seconds, seconds, bytes: Math.round((bits * seconds) / 8), bits_per_second: bits }
  return `${JSON.stringify({ start: {}, intervals: [], end: { sum_sent: sum, sum_received: sum } }, null, '\t')}\n`
}

const table = (bits: number, seconds: number): string =>
  `[ ID] Interval           Transfer     Bitrate\n[  5]   0.00-${seconds.toFixed(2)}  sec  ${((bits * seconds) / 8 / 2 ** 30).toFixed(2)} GBytes  ${(bits / 1e9).toFixed(2)} Gbits/sec                  receiver\n\niperf Done.\n`
