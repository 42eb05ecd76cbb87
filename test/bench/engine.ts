import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { row, type Row } from './row.ts'

/** Engine and journal alone: 10,000 arms on a cluster that answers at once. */
export function engine(): Row[] {
  const file = path.join(import.meta.dirname, 'engineOverhead.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import=tsx', file], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the engine's bench ended with ${status}: ${stderr}`)
  const { cpuMsPerArm, rssMiB } = JSON.parse(stdout) as { cpuMsPerArm: number; rssMiB: number }
  return [
    row('engine and journal, CPU per arm of 10,000', cpuMsPerArm, 1, 'ms'),
    row('engine and journal, memory with 10,000 arms', rssMiB, 512, 'MiB', 'largest resident set'),
  ]
}
