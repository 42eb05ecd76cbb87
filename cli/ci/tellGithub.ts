import { appendFileSync, existsSync, statSync } from 'node:fs'
import type { Annotation } from '../../reports/ci/annotation.ts'
import { githubCommands } from '../../reports/ci/githubCommands.ts'
import { withinBytes } from '../../reports/ci/withinBytes.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Above it GitHub refuses a step's whole summary (actions/runner FileCommandManager.cs, CreateStepSummaryCommand), bytes. */
const LARGEST_SUMMARY = 1024 * 1024

/**
 * In a step of GitHub Actions: annotations on standard error, which the runner reads as it reads standard output (actions/runner ScriptHandler.cs), so that
 * `-o json > file` stays what it is; and the Markdown in the summary of the job. Elsewhere nothing. Never throws: what is told is no part of the answer.
 * @param rest where the whole text is
 */
export function tellGithub(
  annotations: readonly Annotation[],
  markdown: string,
  rest: string,
  env: Environment = process.env,
  write: (text: string) => void = (text) => void process.stderr.write(text),
): void {
  if (env['GITHUB_ACTIONS'] !== 'true') return
  write(githubCommands(annotations))
  const file = env['GITHUB_STEP_SUMMARY']
  if (file === undefined || file === '') return
  try {
    const used = existsSync(file) ? statSync(file).size : 0
    appendFileSync(file, withinBytes(`${markdown}\n`, LARGEST_SUMMARY - used, rest))
  } catch (error) {
    write(githubCommands([{ level: 'warning', title: 'no job summary', message: (error as Error).message }]))
  }
}
