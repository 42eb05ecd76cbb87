import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Command, Option } from 'commander'

const formats = ['text', 'markdown', 'json', 'junit'] as const
type Format = (typeof formats)[number]

interface GateOptions {
  policy?: string
  store?: string
  out?: string
  html?: string
  force: boolean
  output: Format
}

const files: Readonly<Record<Format, string>> = {
  text: 'gate.txt',
  markdown: 'gate.md',
  json: 'gate.json',
  junit: 'gate-junit.xml',
}

export function addGateCommand(program: Command): void {
  program
    .command('gate')
    .description(
      'may the second run’s cluster be shipped, given the first one’s? exit code 0: ship, 1: do not, 3: cannot tell',
    )
    .argument('<before>', 'the accepted run: its folder, its run.json, or its name in the store')
    .argument('<after>', 'the run that is to be judged')
    .option('--policy <file>', 'what blocks, what is tolerated, what must have run (YAML)')
    .option('--store <folder>', 'archive of accepted runs: gives noise and flake rates, and runs by name')
    .option('--out <folder>', 'write the answer there, too, in every format')
    .option('--html <file>', 'write the report for the browser, too: one file, with every cell and chart')
    .option('--force', 'compare runs of different clusters or profiles all the same', false)
    .addOption(new Option('-o, --output <format>', 'format').choices(formats).default('text'))
    .action(async (before: string, after: string, options: GateOptions) => {
      process.exitCode = await gate([before, after], options)
    })
}

/** Throws UsageError, RunError, JournalError before anything is written. */
async function gate(
  runs: readonly [string, string],
  { policy, store, out, html, force, output }: GateOptions,
): Promise<number> {
  const { decide, gateExitCodes } = await import('../reports/gate/decide.ts')
  const { compareGiven } = await import('./runsToCompare.ts')
  const { writeAtomically } = await import('../reports/atomicFile.ts')
  const { gateAnnotations } = await import('../reports/ci/gateAnnotations.ts')
  const { inertInGithub } = await import('./ci/inertInGithub.ts')
  const { tellGithub } = await import('./ci/tellGithub.ts')
  const rules = await policyOf(policy)
  const { comparison, forced } = compareGiven(runs, { store, force, renamed: rules.renamedClasses })
  const decision = decide(comparison, rules, undefined, await experienceOf(store), forced)
  const write = await writers()
  if (out !== undefined) {
    mkdirSync(out, { recursive: true })
    for (const format of formats) writeAtomically(path.join(out, files[format]), write[format](decision))
  }
  if (html !== undefined) {
    const { comparisonPage } = await import('../reports/html/comparisonPage.ts')
    writeAtomically(html, await comparisonPage(comparison, { decision, forced }))
  }
  const text = write[output](decision)
  process.stdout.write(output === 'text' || output === 'markdown' ? inertInGithub(text) : text)
  const rest = out === undefined ? 'Give --out FOLDER to keep it.' : `It is whole in ${path.join(out, files.markdown)}.`
  tellGithub(gateAnnotations(decision), write.markdown(decision), rest)
  return gateExitCodes[decision.answer]
}

export async function policyOf(file: string | undefined) {
  const { defaultPolicy } = await import('../reports/gate/policy.ts')
  if (file === undefined) return defaultPolicy
  const { loadPolicy } = await import('./loadPolicy.ts')
  const { readClaims } = await import('./readClaims.ts')
  return loadPolicy(
    file,
    (await readClaims()).map(({ id }) => id),
  )
}

export async function experienceOf(store: string | undefined) {
  if (store === undefined) return {}
  const { learn } = await import('../reports/history/experience.ts')
  const { storedRuns } = await import('../reports/history/store.ts')
  return learn(storedRuns(store))
}

async function writers() {
  const { gateText } = await import('../reports/gate/gateText.ts')
  const { gateMarkdown } = await import('../reports/gate/gateMarkdown.ts')
  const { gateJson } = await import('../reports/gate/gateJson.ts')
  const { gateJunit } = await import('../reports/gate/gateJunit.ts')
  return { text: gateText, markdown: gateMarkdown, json: gateJson, junit: gateJunit }
}
