import { type ChildProcess, fork } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { typeScriptArgv } from '../harness/typeScriptArgv.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { SimulatedRun } from './simulatedRun.ts'

/** Most objects of a run die young: with the default of 16 MiB the collector copies many of them. Few stacks of errors are ever read. */
const heap = ['--max-semi-space-size=128', '--min-semi-space-size=64', '--stack-trace-limit=4']

/** The turn of a run came after its deadline. */
export class OutOfTimeError extends Error {
  override name = 'OutOfTimeError'
}

/** Runs simulated runs in as many processes as there are CPUs. */
export class Workers {
  readonly #idle: ChildProcess[] = []
  readonly #all: ChildProcess[]
  /** That were begun. */
  runs = 0
  readonly #waiting: ((child: ChildProcess) => void)[] = []

  constructor(count = os.availableParallelism()) {
    this.#all = Array.from({ length: count }, () =>
      fork(path.join(import.meta.dirname, 'worker.ts'), { execArgv: [...typeScriptArgv, ...heap] }),
    )
    this.#idle.push(...this.#all)
  }

  /**
   * @param deadline ms since the epoch: not begun later
   * @throws OutOfTimeError
   */
  async run(task: SimulatedRun, deadline = Infinity): Promise<RunRecord> {
    const child = this.#idle.pop() ?? (await new Promise<ChildProcess>((resolve) => this.#waiting.push(resolve)))
    try {
      if (Date.now() > deadline) throw new OutOfTimeError()
      this.runs += 1
      const t0 = performance.now()
      const r = await ask(child, task)
      process.stderr.write(`RUN ${((performance.now() - t0) / 1000).toFixed(1)} ${task.scenario} ${task.kataVersion ?? ''} ${task.options?.classes?.join(',') ?? ''} ${task.speed ?? ''} ${task.faults.length} ${r.arms.length}\n`)
      return r
    } finally {
      const next = this.#waiting.shift()
      if (next) next(child)
      else this.#idle.push(child)
    }
  }

  close(): void {
    for (const child of this.#all) child.kill()
  }
}

function ask(child: ChildProcess, task: SimulatedRun): Promise<RunRecord> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`a worker ended with ${code} during ${JSON.stringify(task)}`))
    child.once('exit', onExit)
    child.once('message', (answer: { record?: RunRecord; error?: string }) => {
      child.removeListener('exit', onExit)
      if (answer.record) resolve(answer.record)
      else reject(new Error(answer.error))
    })
    child.send(task)
  })
}
