import { MachineError } from '../machineError.ts'
import type { MachineStream } from '../machineNetwork.ts'
import { openFile } from '../fs/files.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'
import { nslookup, resolve } from './hostNames.ts'
import { serveHttp } from './httpServer.ts'
import { connect, listen } from './sockets.ts'

async function within<T>(process: Process, seconds: number, work: Promise<T>): Promise<T> {
  return process.block<T>((resolveIt, reject) => {
    void work.then(resolveIt, reject)
    return process.kernel.timers.after(seconds * 1000, () => reject(new MachineError('ETIMEDOUT', 'timed out')))
  })
}

const wget: Applet = async (process, argv) => {
  const given = options(argv, 'cqSO:P:o:T:Y:U:t:', {
    'no-check-certificate': 'c',
    timeout: 'T',
    spider: 'S',
    header: 'U',
    quiet: 'q',
  })
  const url = given.rest[0]
  if (url === undefined) throw new UsageError('')
  const match = /^(?:(https?):\/\/)?(\[[0-9a-f:]+\]|[^/:]+)(?::(\d+))?(\/.*)?$/.exec(url)
  if (!match) throw new UsageError(`bad address '${url}'`)
  const [, scheme = 'http', host = '', portText, path = '/'] = match
  const port = Number(portText ?? (scheme === 'https' ? 443 : 80))
  const fail = async (message: string) => {
    await process.err(`wget: ${message}\n`)
    return 1
  }
  const addresses = await resolve(process, host.replace(/^\[(.*)\]$/, '$1'))
  const ip = addresses[0]
  if (ip === undefined) return fail(`bad address '${host}'`)
  if (!given.has('q')) await process.err(`Connecting to ${host}${portText ? `:${port}` : ''} (${ip}:${port})\n`)
  const seconds = Number(given.get('T') ?? 900)
  try {
    const response = await within(
      process,
      seconds,
      fetchOver(process, await within(process, seconds, connect(process, ip, port)), host, path),
    )
    if (response.status >= 400)
      return await fail(`server returned error: HTTP/1.1 ${response.status} ${response.reason}`)
    const target = given.get('O') ?? (path.split('/').pop() || 'index.html')
    if (given.has('S')) return 0
    if (target === '-') await process.out(response.body)
    else {
      await openFile(process, target, { write: true, create: true, truncate: true }).write(response.body)
      if (!given.has('q')) await process.err(`saving to '${target}'\n'${target}' saved\n`)
    }
    return 0
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    return fail(
      error.errno === 'ETIMEDOUT' && error.message === 'timed out'
        ? 'download timed out'
        : `can't connect to remote host (${ip}): ${error.message}`,
    )
  }
}

async function fetchOver(
  process: Process,
  stream: MachineStream,
  host: string,
  path: string,
): Promise<{ status: number; reason: string; body: Buffer }> {
  const chunks: Uint8Array[] = []
  stream.write(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Wget\r\nConnection: close\r\n\r\n`))
  await process.block<void>((resolveIt) => {
    stream.onData((data) => void chunks.push(data))
    stream.onEnd(() => resolveIt(undefined))
    return () => stream.end()
  })
  const all = Buffer.concat(chunks)
  const end = all.indexOf('\r\n\r\n')
  const [, status = '0', reason = ''] =
    /^HTTP\/\S+ (\d+) ?([^\r]*)/.exec(all.subarray(0, Math.max(0, end)).toString('latin1')) ?? []
  if (end < 0) throw new MachineError('EPIPE', 'error getting response')
  return { status: Number(status), reason, body: all.subarray(end + 4) }
}

const nc: Applet = async (process, argv) => {
  let given
  try {
    given = options(argv, 'lp:w:i:f:e:nvz')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await process.err(`nc: ${error.message}\n${NC_HELP}`)
    return 1
  }
  if (given.has('l'))
    return ncListen(process, Number(given.get('p') ?? given.rest[0]), given.all('l').length > 1, given.get('e'))
  const [host = '', port = ''] = given.rest
  const seconds = Number(given.get('w') ?? 75)
  const ip = (await resolve(process, host))[0]
  if (ip === undefined) {
    await process.err(`nc: bad address '${host}'\n`)
    return 1
  }
  try {
    const stream = await within(process, seconds, connect(process, ip, Number(port)))
    if (given.has('z')) {
      stream.end()
      return 0
    }
    await relay(process, stream)
    return 0
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    await process.err(
      `nc: ${error.message === 'timed out' ? 'timed out' : `can't connect to remote host (${ip}): ${error.message}`}\n`,
    )
    return 1
  }
}

const NC_HELP = `BusyBox v1.36.1 multi-call binary.

Usage: nc [-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]

Open a pipe to IP:PORT or FILE

	-l	Listen mode, for inbound connects
		(use -ll with -e for persistent server)
	-p PORT	Local port
	-w SEC	Connect timeout
	-i SEC	Delay interval for lines sent
	-f FILE	Use file (ala /dev/ttyS0) instead of network
	-e PROG	Run PROG after connect
`

async function ncListen(
  process: Process,
  port: number,
  persistent: boolean,
  program: string | undefined,
): Promise<number> {
  for (;;) {
    let stop: MachineError | null = null
    const stream = await process.block<MachineStream>((resolveIt) => {
      stop = listen(process, port, (peer) => resolveIt(peer), true)
      if (stop) resolveIt(null as unknown as MachineStream)
    })
    if (stop) {
      await process.err('nc: bind: Address already in use\n')
      return 1
    }
    if (program !== undefined) await serveWith(process, stream, program)
    else await relay(process, stream)
    if (!persistent) return 0
  }
}

/** -e PROG: the program's standard input and output are the connection. */
async function serveWith(process: Process, stream: MachineStream, program: string): Promise<void> {
  const { startCommand } = await import('./basic.ts')
  const { outputFile, Pipe } = await import('../fs/streams.ts')
  const saved = process.fds.get(1)
  process.setFd(
    1,
    outputFile(process.kernel.takeNumber(), false, (data) => stream.write(data)),
  )
  const { readEnd, writeEnd } = new Pipe(process.kernel.takeNumber())
  writeEnd.references++
  const savedInput = process.fds.get(0)
  process.setFd(0, readEnd)
  const child = startCommand(process, program.split(' '))
  if (saved) process.setFd(1, saved)
  if (savedInput) process.setFd(0, savedInput)
  stream.onData((data) => {
    try {
      void writeEnd.write(data)
    } catch {
      // The program has ended: nobody reads any more.
    }
  })
  stream.onEnd(() => {
    if (writeEnd.references > 0) {
      writeEnd.references = 0
      writeEnd.close()
    }
  })
  if (typeof child !== 'number') await process.block<void>((resolveIt) => child.onExit(() => resolveIt(undefined)))
  stream.end()
}

/** Standard input to the peer, the peer to standard output, until the peer is done. */
async function relay(process: Process, stream: MachineStream): Promise<void> {
  void (async () => {
    try {
      for (let chunk = await process.read(0); chunk; chunk = await process.read(0)) stream.write(chunk)
      stream.end()
    } catch {
      stream.end()
    }
  })()
  await process.block<void>((resolveIt) => {
    // What still comes for a process that has ended goes nowhere.
    stream.onData((data) => void (async () => process.out(data))().catch(() => stream.end()))
    stream.onEnd(() => resolveIt(undefined))
    return () => stream.end()
  })
}

const ping: Applet = async (process, argv) => {
  const given = options(argv, 'c:s:w:W:i:I:qnt:46A')
  const host = given.rest[0] ?? ''
  const ip = (await resolve(process, host))[0]
  if (ip === undefined) {
    await process.err(`ping: bad address '${host}'\n`)
    return 1
  }
  const size = Number(given.get('s') ?? 56)
  const count = Number(given.get('c') ?? Infinity)
  await process.out(`PING ${host} (${ip}): ${size} data bytes\n`)
  const times: number[] = []
  let sent = 0
  for (; sent < count; sent++) {
    if (sent > 0) await process.sleep(Number(given.get('i') ?? 1) * 1000)
    let ms: number | null
    try {
      ms = await echo(process, ip, size)
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      await process.err(`ping: sendto: ${error.message}\n`)
      return 1
    }
    if (ms === null) {
      if (sent + 1 >= count) await process.sleep(Number(given.get('W') ?? 10) * 1000)
      continue
    }
    // What a real path scatters by: some percent, always the same here.
    times.push(ms * (1 + (sent % 5) * 0.02))
    if (!given.has('q'))
      await process.out(`${size + 8} bytes from ${ip}: seq=${sent} ttl=64 time=${times.at(-1)!.toFixed(3)} ms\n`)
  }
  const lost = Math.round((100 * (sent - times.length)) / Math.max(1, sent))
  const average = times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length)
  const figures = [Math.min(...times), average, Math.max(...times)].map((ms) => ms.toFixed(3)).join('/')
  await process.out(
    `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} packets received, ${lost}% packet loss\n${times.length > 0 ? `round-trip min/avg/max = ${figures} ms\n` : ''}`,
  )
  return times.length > 0 ? 0 : 1
}

/** ms of one echo, null when it is lost. Throws MachineError when it cannot be sent. */
async function echo(process: Process, ip: string, bytes: number): Promise<number | null> {
  const { netNs } = process.context
  const own =
    ip.startsWith('127.') ||
    ip === '::1' ||
    netNs.interfaces.some((device) => device.addresses.some((address) => address.split('/')[0] === ip))
  if (own) return 0.05
  if (netNs.routes.length === 0) throw new MachineError('ENETUNREACH', 'Network is unreachable')
  const { network } = process.kernel
  return network === null ? null : process.during(network.ping(netNs, ip, bytes))
}

const httpd: Applet = async (process, argv) => {
  const given = options(argv, 'fivp:h:c:u:r:d:')
  const port = Number((given.get('p') ?? '80').split(':').pop())
  const server = given.has('f') ? process : process.fork()
  if (server !== process) server.parent = null
  const refused = serveHttp(server, port, given.get('h') ?? process.context.cwd)
  if (refused) {
    await process.err('httpd: bind: Address already in use\n')
    return 1
  }
  if (server !== process) {
    void server.run(async () => {
      await server.pause()
      return 0
    })
    return 0
  }
  await process.pause()
  return 0
}

export const CLIENTS: Record<string, Applet> = { wget, nc, ping, ping6: ping, nslookup, httpd }
