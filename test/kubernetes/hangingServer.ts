import { spawn } from 'node:child_process'
import path from 'node:path'
import { scripts, type TestCluster } from './testCluster.ts'

const listen =
  "const s = require('node:net').createServer(() => {}).listen(0, '10.250.0.1', () => console.log(s.address().port))"

/** Something in the control plane's network that takes every connection and never answers. */
export async function startHangingServer(cluster: TestCluster): Promise<{ url: string; close(): void }> {
  const child = spawn('bash', [path.join(scripts, 'enter.sh'), 'network', process.execPath, '-e', listen], {
    env: cluster.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()))
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`it ended with code ${code}`)))
  })
  return { url: `https://10.250.0.1:${port}/`, close: () => void child.kill() }
}
