import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { writeAtomically } from '../atomicFile.ts'

/** Allure could not make its report: what it said, and what would be right. */
export class AllureError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AllureError'
  }
}

/**
 * Makes allure-report.html of the run's allure-results/, with Allure 3 (no Java): one file by chapter, behaviour and arm. Allure's page calls Google
 * Analytics whatever ALLURE_NO_ANALYTICS says (3.18.0, plugin-awesome): the call is taken out, and a policy lets the page reach nobody. Its command is a
 * process of its own, since it ends the process when something is wrong.
 * @returns the file @throws AllureError
 */
export async function writeAllureReport(folder: string, name: string): Promise<string> {
  const command = commandOfAllure()
  const made = mkdtempSync(path.join(folder, '.allure-'))
  try {
    const options = ['--single-file', '--name', name, '--group-by', 'epic,feature,story', '--output', made]
    await ended([command, 'awesome', '--cwd', folder, ...options, path.join(folder, 'allure-results')])
    const page = path.join(made, 'index.html')
    if (!existsSync(page)) throw new AllureError(`allure wrote no index.html of ${folder}/allure-results`)
    const file = path.join(folder, 'allure-report.html')
    writeAtomically(file, withoutCalls(readFileSync(page, 'utf8')))
    return file
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** A development dependency: who only runs the suite need not have its 50 MB. */
function commandOfAllure(): string {
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve('allure')), '..', 'cli.js')
  } catch {
    throw new AllureError(
      'the package allure is not installed here; `npm ci` in a checkout installs it, or give allure-results/ to an Allure of yours',
    )
  }
}

const analytics =
  /<script async src="https:\/\/www\.googletagmanager\.com[^>]*><\/script>\s*<script>[\s\S]*?<\/script>/g

const policy = `default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; style-src 'unsafe-inline' data:; img-src data: blob:; font-src data:; connect-src data: blob:; media-src data: blob:; frame-src data: blob:; worker-src blob:`

/** @throws AllureError when the page still names an address that it would load from */
export function withoutCalls(page: string): string {
  const stripped = page.replace(analytics, '')
  const left = /<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="https?:[^"]*"/i.exec(stripped)
  if (left) throw new AllureError(`allure's page would load from elsewhere: ${left[0].slice(0, 200)}`)
  return stripped.replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`)
}

async function ended(argv: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, argv, {
      env: { ...process.env, ALLURE_NO_ANALYTICS: 'true' },
      maxBuffer: 64 * 2 ** 20,
    })
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string }
    const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-3).join(' ')
    throw new AllureError(`allure failed: ${said || (error as Error).message}`)
  }
}
