import type { Program } from '../fs/inode.ts'
import { serveHttp } from './httpServer.ts'

/** nginx as its image configures it: a master and a worker, port 80, /usr/share/nginx/html. */
export const nginx: Program['run'] = async (process) => {
  process.comm = 'nginx'
  process.argv = ['nginx: master process nginx -g daemon off;']
  for (const signal of ['TERM', 'INT', 'QUIT']) process.handlers.set(signal, () => process.finish(0))
  const worker = process.fork()
  worker.argv = ['nginx: worker process']
  process.onExit(() => worker.terminate('TERM'))
  const refused = serveHttp(process, 80, '/usr/share/nginx/html')
  if (refused) {
    await process.err(`nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n`)
    return 1
  }
  await process.pause()
  return 0
}
