import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { KubeObject } from '../../../sim/kubeObject.ts'

/** A command and what it answered on a real cluster. */
export type RecordedStep =
  | {
      step: 'exec'
      pod: string
      container: string | null
      argv: string[]
      stdin: string | null
      exit: number
      stdout: string
      stderr: string
    }
  | { step: 'node'; cmd: string; exit: number; stdout: string; stderr: string }
  | { step: 'kubectl'; argv: string[]; exit: number; stdout: string; stderr: string }
  | { step: 'sleep'; seconds: number }

export type RecordedExec = Extract<RecordedStep, { step: 'exec' }>

export interface RecordedEvent {
  type: string
  reason: string
  object: string
  message: string
  component: string
  first: string
}

/** Pods as they went on a real node, from their manifests to their end. */
export interface RecordedScenario {
  /** Below recordings/, without .json: kata-3.26.0/kata-qemu/bare */
  file: string
  scenario: string
  about: string
  runtimeClass: string | null
  recordedAt: string
  /** How long the deletion of all pods took at the end. */
  deleteSeconds: number
  nodeBefore: { cmd: string; exit: number; stdout: string; stderr: string }[]
  created: { manifest: KubeObject; exit: number; stderr: string }[]
  waited: Record<string, { want: 'ready' | 'settled' | 'error' | 'scheduled'; reached: boolean }>
  steps: RecordedStep[]
  /** `at`: seconds after the start of the watch. */
  watch: { at: number; type: 'ADDED' | 'MODIFIED' | 'DELETED'; pod: string; status: unknown }[]
  events: RecordedEvent[]
  logs: { pod: string; container: string; exit: number; stdout: string; stderr: string }[]
  nodeAfter: { cmd: string; exit: number; stdout: string; stderr: string }[]
}

const folder = path.join(import.meta.dirname, '../recordings')

const read = (file: string): RecordedScenario => ({
  ...(JSON.parse(readFileSync(path.join(folder, `${file}.json`), 'utf8')) as Omit<RecordedScenario, 'file'>),
  file,
})

const filesOf = (below: string): string[] =>
  readdirSync(path.join(folder, below))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => `${below}/${name.replace('.json', '')}`)

/** Folders of recorded pods: one for each RuntimeClass, and runc as the control. */
export const recordedFolders = [
  ...readdirSync(path.join(folder, 'kata-3.26.0')).map((name) => `kata-3.26.0/${name}`),
  'runc',
]

export const recordedScenarios: readonly RecordedScenario[] = recordedFolders.flatMap(filesOf).map(read)

/** @param file kata-3.26.0/kata-qemu/bare */
export function recordedScenario(file: string): RecordedScenario {
  const found = recordedScenarios.find((one) => one.file === file)
  if (!found) throw new Error(`there is no recording ${file}.json below ${folder}`)
  return found
}

/** Standard output of the first recorded command whose text holds `command`. @throws when none does. */
export function recordedOutput(file: string, command: string, pod?: string): string {
  const step = recordedScenario(file).steps.find(
    (one) =>
      (one.step === 'exec' && one.argv.join(' ').includes(command) && (pod === undefined || one.pod === pod)) ||
      (one.step === 'node' && one.cmd.includes(command)),
  )
  if (!step || step.step === 'sleep') throw new Error(`recording ${file} has no command with ${command}`)
  return step.stdout
}
