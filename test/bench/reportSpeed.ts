import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { command } from '../harness/commandLine.ts'
import { syntheticRun } from '../reports/syntheticRun.ts'
import { row, type Row } from './row.ts'

const RUNS = 20
const size = { behaviours: 300, classes: 12, metrics: 10 }
const MiB = 2 ** 20

/** The history of 20 runs of 300 behaviours on 12 classes: from the command line to the file, and the file in a browser. */
export async function reportSpeed(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'report-bench-'))
  try {
    for (let number = 0; number < RUNS; number += 1) {
      const run = path.join(folder, 'runs', `run-${number}`)
      mkdirSync(run, { recursive: true })
      writeFileSync(path.join(run, 'run.json'), JSON.stringify(syntheticRun(number, size)))
    }
    const [page, peak] = [path.join(folder, 'history.html'), path.join(folder, 'peak')]
    const keeper = path.join(folder, 'peak.mjs')
    writeFileSync(
      keeper,
      `import { writeFileSync } from 'node:fs'\nprocess.on('exit', () => writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)))\n`,
    )
    const start = performance.now()
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(keeper).href}` }
    const { code, stderr } = await command(['runs', 'report', '--store', folder, '--html', page], env, 120_000)
    const seconds = (performance.now() - start) / 1000
    if (code !== 0) throw new Error(`the report ended with ${code}: ${stderr}`)
    const note = `${RUNS} runs of ${size.behaviours} behaviours x ${size.classes} classes`
    return [
      row('report of a history', seconds, 10, 's', note),
      row('report of a history, memory', Number(readFileSync(peak, 'utf8')) / 1024, 512, 'MiB', note),
      row('report of a history, file', statSync(page).size / MiB, 15, 'MiB', note),
      ...(await opened(page, note)),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** From asking for the page until the matrix is there; nothing without a browser on this machine. */
async function opened(page: string, note: string): Promise<Row[]> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) return []
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const tab = await browser.newPage()
    const start = performance.now()
    await tab.goto(pathToFileURL(page).href)
    await tab.locator('.matrix button').first().waitFor()
    return [row('report of a history, opened in Chromium', (performance.now() - start) / 1000, 2, 's', note)]
  } finally {
    await browser.close()
  }
}
