import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { compareRuns } from '../../reports/compare/comparison.ts'
import { decide } from '../../reports/gate/decide.ts'
import { comparisonPage } from '../../reports/html/comparisonPage.ts'
import { historyPage } from '../../reports/html/historyPage.ts'
import { html } from '../../reports/html/html.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { recordOfEverything } from '../reports/record.ts'
import { syntheticRun } from '../reports/syntheticRun.ts'

export const pageNames = ['run', 'measured', 'comparison', 'gate', 'history'] as const
export type PageName = (typeof pageNames)[number]

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const size = { behaviours: 30, classes: 8, metrics: 2 }

/** Five runs about the one with which a figure and some checks get worse. */
export const runs: readonly RunRecord[] = [9, 10, 11, 12, 13].map((number) => syntheticRun(number, size))

export interface Opening {
  readonly context?: Parameters<Browser['newContext']>[0]
  readonly hash?: string
}

/** A browser of this machine, and the pages as files. */
export interface ReportPages {
  address(name: PageName): string
  open(name: PageName, opening?: Opening): Promise<[Page, BrowserContext]>
  newContext: Browser['newContext']
  close(): Promise<void>
}

/** Null without a browser. */
export async function openReportPages(): Promise<ReportPages | null> {
  if (!existsSync(executablePath)) return null
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-browser-'))
  const [, , before, after] = runs as [RunRecord, RunRecord, RunRecord, RunRecord]
  const comparison = compareRuns(before, after)
  const written: Record<PageName, string> = {
    run: await html(recordOfEverything({ simulated: true })),
    measured: await html(after),
    comparison: await comparisonPage(comparison, {}),
    gate: await comparisonPage(comparison, { decision: decide(comparison) }),
    history: await historyPage(runs.map((record) => ({ name: record.runId, record }))),
  }
  for (const name of pageNames) writeFileSync(path.join(folder, `${name}.html`), written[name])
  const address = (name: PageName) => pathToFileURL(path.join(folder, `${name}.html`)).href
  return {
    address,
    async open(name, { context: options = {}, hash = '' } = {}) {
      const context = await browser.newContext(options)
      const page = await context.newPage()
      await page.goto(`${address(name)}${hash}`)
      return [page, context]
    },
    newContext: (options) => browser.newContext(options),
    async close() {
      await browser.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
