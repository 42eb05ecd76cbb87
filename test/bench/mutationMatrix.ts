import { spawnSync } from 'node:child_process'
import os from 'node:os'
import { root } from '../harness/commandLine.ts'
import { row, type Row } from './row.ts'

/** Every fault against every check, on as many processes as there are CPUs. */
export function mutationMatrix(): Row[] {
  const start = performance.now()
  const { stdout } = spawnSync(process.execPath, ['--import=tsx', 'test/mutation/main.ts', '--json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const minutes = (performance.now() - start) / 60_000
  const { faults, killed } = JSON.parse(stdout) as { faults: number; killed: number }
  const cpus = os.availableParallelism()
  return [row('mutation matrix', minutes, 5, 'min', `${killed} of ${faults} faults killed, ${cpus} CPUs`)]
}
