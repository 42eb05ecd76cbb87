import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import { typeScriptArgv } from '../harness/typeScriptArgv.ts'
import { createLimit } from '../../helpers/cluster/limit.ts'
import type { SeenArm } from './compare.ts'
import type { SimulatedRun } from './simulatedRun.ts'

/** Most objects of a run die young: with the default of 16 MiB the collector copies many of them. Few stacks of errors are ever read. */
const heap = ['--max-semi-space-size=128', '--min-semi-space-size=64', '--stack-trace-limit=4']

/** The turn of a run came after its deadline. */
export class OutOfTimeError extends Error {
  override name = 'OutOfTimeError'
}

/** Runs simulated runs in at most so many processes, which are made when they are needed. */
export class Workers {
  /** That were begun. */
  runs = 0
  readonly #most: number
  readonly #program: string
  readonly #idle: ChildProcess[] = []
  readonly #all = new Set<ChildProcess>()
  readonly #waiting: ((child: ChildProcess) => void)[] = []

  constructor(most: number, program = path.join(import.meta.dirname, 'worker.ts')) {
    this.#most = most
    this.#program = program
  }

  /** So many of them at once: what was warmed up by one kind of run serves the others, too. */
  part(most: number): Pick<Workers, 'run'> {
    const limit = createLimit(most)
    return { run: (task, deadline) => limit('', undefined, () => this.run(task, deadline)) }
  }

  /**
   * @param deadline ms since the epoch: not begun later
   * @throws OutOfTimeError, and Error when the run was the end of its process
   */
  async run(task: SimulatedRun, deadline = Infinity): Promise<readonly SeenArm[]> {
    const child = this.#idle.pop() ?? (await this.#next())
    try {
      if (Date.now() > deadline) throw new OutOfTimeError()
      this.runs += 1
      return await ask(child, task)
    } finally {
      this.#free(child)
    }
  }

  #next(): ChildProcess | Promise<ChildProcess> {
    return this.#all.size === this.#most ? new Promise((resolve) => this.#waiting.push(resolve)) : this.#start()
  }

  #start(): ChildProcess {
    const child = fork(this.#program, { execArgv: [...typeScriptArgv, ...heap] })
    this.#all.add(child)
    return child
  }

  /** The next run is for it, or for another one where its own run was its end. */
  #free(child: ChildProcess): void {
    const lives = child.exitCode === null && child.signalCode === null
    if (!lives) this.#all.delete(child)
    const next = this.#waiting.shift()
    if (next) next(lives ? child : this.#start())
    else if (lives) this.#idle.push(child)
  }

  close(): void {
    for (const child of this.#all) child.kill()
  }
}

function ask(child: ChildProcess, task: SimulatedRun): Promise<readonly SeenArm[]> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`a worker ended with ${code} during ${JSON.stringify(task)}`))
    child.once('exit', onExit)
    child.once('message', (answer: { seen?: readonly SeenArm[]; error?: string }) => {
      child.removeListener('exit', onExit)
      if (answer.seen) resolve(answer.seen)
      else reject(new Error(answer.error))
    })
    child.send(task)
  })
}
