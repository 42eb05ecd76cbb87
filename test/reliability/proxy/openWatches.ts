import type { IncomingMessage } from 'node:http'
import { type Exchange, statusOf } from './forward.ts'
import type { Act } from './rule.ts'

type WatchAct = Extract<Act, { type: 'cut-watch' | 'expire-watch' | 'stall-watch' }>

export interface OpenWatches {
  open(exchange: Exchange, answered: IncomingMessage): void
  /** Disturbs each open watch of which `hit` says so. */
  disturb(act: WatchAct, hit: () => boolean): void
  /** Lets stalled watches go on. */
  goOn(): void
}

interface OpenWatch {
  readonly exchange: Exchange
  readonly answered: IncomingMessage
  stalled: boolean
}

/** Watches that pass through the proxy, line by line as they come. */
export function openWatches(): OpenWatches {
  const all = new Set<OpenWatch>()

  function end(watch: OpenWatch, how: 'end' | 'reset' | 'middle'): void {
    const { response, reset } = watch.exchange
    watch.answered.destroy()
    if (how === 'end') response.end()
    else if (how === 'reset') reset()
    else response.write('{"type":"MODIFIED","object":{"kind":"Po', () => reset())
  }

  return {
    open(exchange, answered) {
      const { response } = exchange
      const watch: OpenWatch = { exchange, answered, stalled: false }
      response.writeHead(answered.statusCode ?? 502, { 'content-type': answered.headers['content-type'] ?? '' })
      response.flushHeaders()
      all.add(watch)
      response.once('close', () => all.delete(watch))
      answered.on('data', (chunk: Buffer) => response.write(chunk))
      answered.on('end', () => response.end())
      answered.on('error', () => exchange.reset())
    },
    disturb(act, hit) {
      for (const watch of [...all]) {
        if (!hit()) continue
        if (act.type === 'stall-watch') {
          watch.stalled = true
          watch.answered.pause()
        } else if (act.type === 'cut-watch') end(watch, act.how)
        else {
          const event = { type: 'ERROR', object: statusOf(410) }
          watch.answered.destroy()
          watch.exchange.response.end(`${JSON.stringify(event)}\n`)
        }
      }
    },
    goOn() {
      for (const watch of all) {
        if (!watch.stalled) continue
        watch.stalled = false
        watch.answered.resume()
      }
    },
  }
}
