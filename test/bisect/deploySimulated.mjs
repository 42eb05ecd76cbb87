// Brings a release of Kata: ends the simulated cluster that is there and starts one of that release, whose kubeconfig takes the place of the former.
// From BROKEN_SINCE on it has the fault FAULT.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const [version, folder] = process.argv.slice(2)
const file = (name) => path.join(folder, name)
if (version === process.env.UNDEPLOYABLE) process.exit(125)
if (existsSync(file('pid'))) process.kill(Number(readFileSync(file('pid'), 'utf8')))
const broken = version.localeCompare(process.env.BROKEN_SINCE, 'en', { numeric: true }) >= 0
const cli = path.join(import.meta.dirname, '..', '..', 'cli', 'kata-conformance.js')
const argv = [
  cli,
  'sim',
  '--kata-version',
  version,
  '--speed',
  '1000',
  ...(broken ? ['--fault', process.env.FAULT] : []),
]
const child = spawn(process.execPath, argv, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
writeFileSync(file('pid'), String(child.pid))
let kubeconfig = ''
child.stdout.on('data', (data) => (kubeconfig += data))
child.stderr.on('data', (data) => {
  if (!String(data).includes('a SIMULATED Kata cluster')) return process.stderr.write(data)
  writeFileSync(file('kubeconfig'), kubeconfig)
  process.exit(0)
})
child.on('exit', () => process.exit(1))
