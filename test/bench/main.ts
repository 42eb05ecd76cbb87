import os from 'node:os'
import { parseArgs } from 'node:util'
import { plainTable } from '../../cli/terminal/plainTable.ts'
import { engine } from './engine.ts'
import { execLatency } from './execLatency.ts'
import { gateSpeed } from './gateSpeed.ts'
import { joinedScale } from './joinedScale.ts'
import { mutationMatrix } from './mutationMatrix.ts'
import { naturalRun } from './naturalRun.ts'
import { realCluster } from './realCluster.ts'
import { type Row, Skipped } from './row.ts'
import { reportSpeed } from './reportSpeed.ts'
import { scale } from './scale.ts'
import { startUp } from './startUp.ts'

// `npm run bench [-- --json] [-- --only start,exec]`: figures as ratios measured in one run, so that they mean something on another machine. Exit code 1
// when one does not hold. Never part of the tests.
const benches: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  start: startUp,
  exec: execLatency,
  engine,
  run: naturalRun,
  scale,
  join: joinedScale,
  gate: gateSpeed,
  report: reportSpeed,
  mutation: mutationMatrix,
  cluster: realCluster,
}

const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' } } })
const chosen = values.only?.split(',') ?? Object.keys(benches)
const unknown = chosen.filter((name) => !(name in benches))
if (unknown.length > 0) {
  process.stderr.write(`there is no bench ${unknown.join(', ')}; there is ${Object.keys(benches).join(', ')}\n`)
  process.exit(2)
}

const rows: Row[] = []
const failures: string[] = []
for (const name of chosen) {
  try {
    rows.push(...((await benches[name]?.()) ?? []))
  } catch (error) {
    if (error instanceof Skipped) process.stderr.write(`${name} is skipped: ${error.message}\n`)
    else failures.push(`${name}: ${(error as Error).message}`)
  }
}

const [cpu] = os.cpus()
const machine = `${os.cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}, Node ${process.version}`
if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
else {
  process.stdout.write(
    `${machine}; load ${os
      .loadavg()
      .map((each) => each.toFixed(1))
      .join(' ')}\n\n`,
  )
  process.stdout.write(
    plainTable(
      ['FIGURE', 'VALUE', 'LIMIT', 'UNIT', 'HOLDS', 'NOTE'],
      rows.map(({ name, value, limit, unit, holds, note }) => [
        name,
        String(value),
        String(limit),
        unit,
        holds ? 'yes' : 'NO',
        note,
      ]),
    ),
  )
}
for (const failure of failures) process.stderr.write(`${failure}\n`)
process.exit(failures.length > 0 || rows.some(({ holds }) => !holds) ? 1 : 0)
