import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { root } from '../harness/commandLine.ts'
import { quantile, row, type Row } from './row.ts'

const ROUNDS = 9

/** `--help` and `list` against a Node that does nothing, turn about, so that another load of the machine meets all three. */
export function startUp(): Row[] {
  const cli = path.join(root, 'cli', 'kata-conformance.js')
  const commands = { bare: ['-e', '0'], help: [cli, '--help'], list: [cli, 'list'] }
  const times: Record<string, number[]> = {}
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, argv] of Object.entries(commands)) {
      const start = performance.now()
      const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
      if (status !== 0) throw new Error(`node ${argv.join(' ')} ended with ${status}: ${stderr}`)
      ;(times[name] ??= []).push(performance.now() - start)
    }
  }
  const median = (name: string) => quantile(times[name] ?? [], 0.5)
  const note = (name: string) => `${Math.round(median(name))} ms against ${Math.round(median('bare'))} ms`
  return [
    row('--help / node -e 0', median('help') / median('bare'), 6, 'x', note('help')),
    row('list / node -e 0', median('list') / median('bare'), 6, 'x', note('list')),
  ]
}
