import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Verdict } from '../../reports/record/verdict.ts'
import { noisyFigure } from '../gate/noisyFigure.ts'
import { type CheckDouble, runDouble } from '../gate/runDouble.ts'
import { command } from '../harness/commandLine.ts'
import { randomOf } from '../reliability/random.ts'
import { row, type Row } from './row.ts'

const BEHAVIOURS = 300
const CLASSES = 12
const REPEATS = 10
const METRICS = 50

/** Two runs of 300 behaviours on 12 classes, ten times each, with 50 figures: from the command line to the answer. */
export async function gateSpeed(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gate-bench-'))
  try {
    for (const [name, seed] of [
      ['a.json', 1],
      ['b.json', 2],
    ] as const)
      writeFileSync(path.join(folder, name), JSON.stringify(largeRun(name, seed)))
    const start = performance.now()
    const { code, stderr } = await command(
      ['gate', path.join(folder, 'a.json'), path.join(folder, 'b.json')],
      {},
      120_000,
    )
    const seconds = (performance.now() - start) / 1000
    if (code !== 0) throw new Error(`the gate ended with ${code}: ${stderr}`)
    return [
      row(
        'gate of two runs',
        seconds,
        2,
        's',
        `${BEHAVIOURS} behaviours x ${CLASSES} classes x ${REPEATS} repeats, ${METRICS} figures`,
      ),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function largeRun(id: string, seed: number) {
  const random = randomOf(seed)
  const verdicts: readonly Verdict[] = Array.from({ length: REPEATS }, () => 'passed')
  const checks = Array.from({ length: BEHAVIOURS * CLASSES }, (_, index): CheckDouble => {
    const behaviour = `KATA-BENCH-${String(Math.floor(index / CLASSES)).padStart(3, '0')}`
    const figures = index < METRICS ? [noisyFigure(`metric-${index}`, random)] : []
    return { behaviour, runtimeClass: `kata-${index % CLASSES}`, verdicts, figures }
  })
  return runDouble(id, checks)
}
