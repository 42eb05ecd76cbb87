import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import { defaultSettings, type RunSettings } from '../../cli/runSettings.ts'
import type { Ended } from '../harness/commandLine.ts'
import { typeScriptArgv } from '../harness/typeScriptArgv.ts'
import type { Asked } from './suiteWorker.ts'

/** A run of the suite in a process of its own. */
export interface RunningSuite {
  readonly ended: Promise<Ended>
  kill(): void
}

export interface Suite {
  /** @param deadlineMs the process is ended then, by SIGKILL */
  run(settings: Partial<RunSettings>, deadlineMs: number): RunningSuite
  close(): void
}

/** What a process keeps of the runs that it has made must not become part of what is tested. */
const RUNS_PER_PROCESS = 20

/**
 * Runs of the suite one after the other. To load the suite takes longer than a small run, so a process makes many of them, until it is killed: by a
 * fault, or at a deadline.
 */
export function createSuite(): Suite {
  let child: ChildProcess | null = null
  let runs = 0

  function worker(): ChildProcess {
    if (child && runs < RUNS_PER_PROCESS) return child
    child?.kill('SIGKILL')
    runs = 0
    const { NODE_V8_COVERAGE: _coverage, KUBECONFIG: _kubeconfig, ...inherited } = process.env
    const made = fork(path.join(import.meta.dirname, 'suiteWorker.ts'), {
      execArgv: [...typeScriptArgv],
      env: { ...inherited, HOME: '/nonexistent', CI: '1', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    made.once('exit', () => {
      if (child === made) child = null
    })
    child = made
    return made
  }

  return {
    run(settings, deadlineMs) {
      const of = worker()
      runs += 1
      const mark = `run ${runs} of ${of.pid} ended with`
      const asked: Asked = { settings: { ...defaultSettings, ...settings }, argv: ['run'], mark }
      of.send(asked)
      return { ended: endOf(of, mark, deadlineMs), kill: () => void of.kill('SIGKILL') }
    },
    close: () => void child?.kill('SIGKILL'),
  }
}

function endOf(child: ChildProcess, mark: string, deadlineMs: number): Promise<Ended> {
  return new Promise((resolve) => {
    let stdout = ''
    let stderr = ''
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer)
      child.stdout?.off('data', onStdout)
      child.stderr?.off('data', onStderr)
      child.off('close', onClose)
      resolve({ code, signal, stdout, stderr })
    }
    const onStdout = (data: Buffer): void => void (stdout += data.toString())
    const onStderr = (data: Buffer): void => {
      stderr += data.toString()
      const at = stderr.indexOf(mark)
      if (at === -1 || !stderr.includes('\n', at)) return
      const code = Number(stderr.slice(at + mark.length))
      stderr = stderr.slice(0, at)
      settle(code, null)
    }
    const onClose = (code: number | null, signal: NodeJS.Signals | null): void => settle(code, signal)
    child.stdout?.on('data', onStdout)
    child.stderr?.on('data', onStderr)
    child.once('close', onClose)
  })
}
