import { parseArgs } from 'node:util'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { plainTable } from '../../cli/terminal/plainTable.ts'
import { alarms, noiseModels } from './calibrate.ts'

// `npm run gate-calibration [-- --gates 10000] [-- --write]`: how often the gate blocks an upgrade that changed nothing, and how often it sees one that did,
// on machines that are noisy in several ways. Exit code 1 when a limit is not held. With --write the table goes into docs/gate.md.

const limits = { falseAlarms: 0.01, power10: 0.9, power25: 0.99 }
const { values } = parseArgs({ options: { gates: { type: 'string', default: '10000' }, write: { type: 'boolean' } } })
const gates = Number(values.gates)
if (!(Number.isInteger(gates) && gates > 0)) {
  process.stderr.write(`--gates is ${JSON.stringify(values.gates)}; it must be a whole number above 0\n`)
  process.exit(2)
}
const changed = Math.max(100, Math.round(gates / 10))
const percent = (part: number) => `${(100 * part).toFixed(2)} %`

const rows: string[][] = []
let held = true
for (const [name, noise] of Object.entries(noiseModels)) {
  const falseAlarms = alarms(noise, { gates, shift: 0, seed: 1 }) / gates
  const power10 = alarms(noise, { gates: changed, shift: 0.1, seed: 2 }) / changed
  const power25 = alarms(noise, { gates: changed, shift: 0.25, seed: 3 }) / changed
  rows.push([name, percent(falseAlarms), percent(power10), percent(power25)])
  held &&= falseAlarms <= limits.falseAlarms && power10 >= limits.power10 && power25 >= limits.power25
  process.stderr.write(`${rows.at(-1)?.join('  ')}\n`)
}
const head = ['noise', `false alarms of ${gates}`, `10 % slower, seen of ${changed}`, `25 % slower, seen of ${changed}`]
process.stdout.write(plainTable(head, rows))

if (values.write) {
  const file = path.join(import.meta.dirname, '../../docs/gate.md')
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const table = [line(head), '| --- | --- | --- | --- |', ...rows.map(line)].join('\n')
  const text = readFileSync(file, 'utf8')
  const [start, end] = ['<!-- calibration -->', '<!-- end -->']
  const from = text.indexOf(start) + start.length
  writeFileSync(file, `${text.slice(0, from)}\n\n${table}\n\n${text.slice(text.indexOf(end))}`)
}
process.exit(held ? 0 : 1)
