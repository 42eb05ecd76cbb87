import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { load } from 'js-yaml'
import { departuresOf } from '../faults/faultDepartures.ts'
import { kataRelease, type KataRelease } from '../shims/kataRelease.ts'
import { shimName } from '../shims/kataHandler.ts'
import { lineOfPath } from './lineOfPath.ts'
import type { RuntimeClassScenario, Scenario } from './scenario.ts'
import { scenarioSchema, type ScenarioFile } from './scenarioSchema.ts'

export interface ScenarioOptions {
  /** Instead of the file's. */
  kataVersion?: string
  /** Besides the file's. */
  faults?: readonly string[]
}

/** The scenarios that come with the simulator. */
export const builtInScenarios = [
  'documented',
  'small',
  'as-recorded',
  'without-devmapper',
  'job-mode',
  'rke2',
  'rke2-cis',
  'without-nydus',
  'kyverno',
  'kyverno-without-policy',
  'confidential',
  'cilium',
  'without-storage-classes',
] as const

/**
 * Reads a scenario.
 * @param name of a built-in scenario, or a path of a YAML file.
 * @throws ScenarioError: what is wrong, in which file and line, and what would be right.
 */
export async function loadScenario(name: string, options: ScenarioOptions = {}): Promise<Scenario> {
  const builtIn = (builtInScenarios as readonly string[]).includes(name)
  const path = builtIn ? fileURLToPath(new URL(`${name}.yaml`, import.meta.url)) : name
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const known = builtInScenarios.join(', ')
    throw new ScenarioError(`${path}: ${error.code ?? error.message}. Give a YAML file or one of: ${known}.`)
  })
  return parseScenario(text, path, options)
}

/** The scenario that a text says. @param path for messages. @throws ScenarioError. */
export function parseScenario(text: string, path: string, options: ScenarioOptions = {}): Scenario {
  const parsed = scenarioSchema.safeParse(parseYaml(text, path))
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const place = issue.path.map(String).join('.') || 'the file'
      return `${path}:${lineOfPath(text, issue.path)}: ${place}: ${issue.message}`
    })
    throw new ScenarioError(problems.join('\n'))
  }
  return completed(parsed.data, options)
}

export class ScenarioError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ScenarioError'
  }
}

function parseYaml(text: string, path: string): unknown {
  try {
    return load(text)
  } catch (error) {
    const { message, mark } = error as Error & { mark?: { line: number } }
    throw new ScenarioError(`${path}:${(mark?.line ?? 0) + 1}: not YAML: ${message.split('\n')[0]}`)
  }
}

function completed(file: ScenarioFile, options: ScenarioOptions): Scenario {
  const kataVersion = options.kataVersion ?? file.kataVersion
  const release = kataRelease(kataVersion)
  const faults = [...file.faults, ...(options.faults ?? [])]
  departuresOf(faults)
  const classes = file.runtimeClasses.filter((entry) => release.customRuntimes || entry.custom === undefined)
  if (file.deploymentMode === 'job' && !release.jobMode)
    throw new ScenarioError(`kata-deploy ${kataVersion} knows no Job mode: it came with 3.32.0`)
  const { defaultClass, ...rest } = file
  const runtimeClasses = classes.map((entry) => runtimeClass(entry, release))
  const byDefault = runtimeClasses.filter(({ name }) => defaultClass && name === `kata-${release.defaultShim}`)
  return {
    ...rest,
    kataVersion,
    faults,
    runtimeClasses: [...runtimeClasses, ...byDefault.map((entry) => ({ ...entry, name: 'kata' }))],
  }
}

function runtimeClass(entry: ScenarioFile['runtimeClasses'][number], release: KataRelease): RuntimeClassScenario {
  const variant = entry.variant ?? null
  const name = `kata-${entry.custom ?? shimName(entry.shim, entry.hypervisor, release, variant)}`
  return {
    name,
    handler: name,
    shim: entry.shim,
    hypervisor: entry.hypervisor,
    variant,
    // templates/runtimeclasses.yaml of the chart
    overhead:
      variant === null || variant === 'coco-dev'
        ? { memory: `${entry.hypervisor === 'qemu' ? release.qemuOverheadMiB : 130}Mi`, cpu: '250m' }
        : { memory: '2048Mi', cpu: '1' },
    nodeSelector: { 'katacontainers.io/kata-runtime': 'true' },
    dropIn: entry.custom === undefined ? null : (entry.dropIn ?? {}),
  }
}
