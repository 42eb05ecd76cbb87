import { existsSync } from 'node:fs'
import path from 'node:path'
import { newRunId } from '../../engine/cluster/labels.ts'
import { Interrupted } from './bisect.ts'
import { endOf } from './deployVersion.ts'

export interface ClaimRun {
  readonly claim: string
  readonly class: readonly string[]
  readonly repeat: number
  readonly folder: string
  readonly context?: string
  readonly kubeconfig?: string
  readonly profile?: string
  readonly image: readonly string[]
  readonly imageRegistry?: string
}

/** Runs the claim in a process of its own, as `run` does. @returns the folder of the run, or why there is none. @throws Interrupted */
export async function runClaim(
  of: ClaimRun,
  stop: AbortSignal,
): Promise<{ readonly folder: string } | { readonly why: string }> {
  const runId = newRunId()
  const option = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, value])
  const argv = [
    process.execPath,
    path.join(import.meta.dirname, '..', 'kata-conformance.js'),
    ...['run', '--behaviour', of.claim, '--repeat', String(of.repeat), '--out', of.folder, '--run-id', runId],
    ...['--allow-disruptive', '--slow', '--no-summary'],
    ...of.class.flatMap((name) => ['--runtime-class', name]),
    ...of.image.flatMap((image) => ['--image', image]),
    ...option('--context', of.context),
    ...option('--kubeconfig', of.kubeconfig),
    ...option('--profile', of.profile),
    ...option('--image-registry', of.imageRegistry),
  ]
  const { code } = await endOf(argv, stop)
  if (code === 130) throw new Interrupted('the run was stopped; the same command goes on from here')
  const folder = path.join(of.folder, runId)
  if (existsSync(path.join(folder, 'run.json'))) return { folder }
  return { why: `the run left no record, exit code ${code}: its last line says why` }
}
