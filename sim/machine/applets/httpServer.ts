import { MachineError } from '../machineError.ts'
import { readNow } from '../fs/files.ts'
import type { Process } from '../kernel/process.ts'
import { listen } from './sockets.ts'

/** Serves files over HTTP/1.0 until the process ends. @returns why it cannot listen, null when it does */
export function serveHttp(process: Process, port: number, root: string): MachineError | null {
  return listen(process, port, (peer) => {
    let request = ''
    peer.onData((data) => {
      request += Buffer.from(data).toString('latin1')
      if (!request.includes('\r\n\r\n') && !request.includes('\n\n')) return
      const path = /^\S+ (\S+)/.exec(request)?.[1] ?? '/'
      request = ''
      peer.write(Buffer.from(answer(process, root, decodeURIComponent(path.split('?')[0] as string))))
      peer.end()
    })
  })
}

function answer(process: Process, root: string, path: string): string {
  try {
    const body = readNow(process, `${root}${path.replaceAll('..', '')}${path.endsWith('/') ? 'index.html' : ''}`)
    return `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    const body = '<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD><BODY><H1>404 Not Found</H1></BODY></HTML>\n'
    return `HTTP/1.1 404 Not Found\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  }
}
