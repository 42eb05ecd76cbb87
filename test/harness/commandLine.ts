import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { RunRecord } from '../../reports/record/runRecord.ts'

export const root = path.join(import.meta.dirname, '..', '..')

/** A folder of spec files which belong to no chapter of the guide: they pass, fail, hang and lie on purpose. */
export const fixtures = (name: string): string => path.join(import.meta.dirname, 'fixtures', name)

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when standard error matches; rejects when the process ends before it does. */
  says(pattern: RegExp): Promise<void>
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Starts the command in a process of its own, without colours, without this machine's kubeconfig, and in no pipeline. */
export const startCommand = (
  argv: readonly string[],
  env: Environment = {},
  deadlineMs = CHILD_MS,
  within: readonly string[] = [],
): Started => start([path.join(root, 'cli', 'kata-conformance.js'), ...argv], env, deadlineMs, within)

export const command = (argv: readonly string[], env: Environment = {}, deadlineMs = CHILD_MS): Promise<Ended> =>
  startCommand(argv, env, deadlineMs).ended

/** Runs mocha as a person would, with the project's .mocharc.yml. */
export const mocha = (argv: readonly string[], env: Environment = {}): Promise<Ended> =>
  start([path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), ...argv], env).ended

const CHILD_MS = 50_000

/** @param within a command that runs the rest in another place: nsenter -t PID -n */
function start(
  argv: readonly string[],
  env: Environment,
  deadlineMs = CHILD_MS,
  within: readonly string[] = [],
): Started {
  const { NODE_V8_COVERAGE: _coverage, KUBECONFIG: _kubeconfig, GITHUB_ACTIONS: _actions, ...inherited } = process.env
  const [file = '', ...before] = [...within, process.execPath]
  const child = spawn(file, [...before, ...argv], {
    cwd: root,
    env: { ...inherited, HOME: '/nonexistent', CI: '1', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A suite that never ends is told by its signal, not by the patience of whoever runs the tests.
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    })
  })
  return {
    child,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(stderr)) resolve()
        }
        child.stderr.on('data', look)
        child.once('close', () => reject(new Error(`it ended without saying ${pattern}: ${stderr}`)))
        look()
      }),
  }
}

/** A folder for one test, gone with it. */
export interface Scratch {
  readonly folder: string
  /** Folders of runs in it, oldest first. */
  runs(): string[]
  remove(): void
}

export function scratch(): Scratch {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-test-'))
  return {
    folder,
    runs: () =>
      readdirSync(folder)
        .filter((name) => /^\d{8}-/.test(name))
        .sort()
        .map((name) => path.join(folder, name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export const recordOf = (run: string): RunRecord =>
  JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8')) as RunRecord
