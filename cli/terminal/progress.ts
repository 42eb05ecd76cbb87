import { createLogUpdate } from 'log-update'
import type { PlannedArm } from '../../reports/record/arm.ts'
import type { JournalEvent } from '../../reports/record/journal.ts'
import { printable } from './printable.ts'
import { coloursFor, verdictMark } from './verdictMark.ts'

export interface Progress {
  onEvent(event: JournalEvent): void
  end(): void
}

/** A live view on a terminal; one line a verdict in a pipe, in CI, or on a dumb terminal. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  const live = Boolean(stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb'
  return live ? liveProgress(stream) : lineProgress(stream)
}

interface State {
  readonly arms: Map<string, PlannedArm>
  readonly running: Map<string, number>
  planned: number
  done: number
  startedAt: number
}

const newState = (): State => ({ arms: new Map(), running: new Map(), planned: 0, done: 0, startedAt: Date.now() })

function follow(state: State, event: JournalEvent): void {
  if (event.event === 'plan') {
    for (const arm of event.arms) state.arms.set(arm.id, arm)
    state.planned = event.arms.length
    state.startedAt = Date.now()
  }
  if (event.event === 'arm.started') state.running.set(event.arm, Date.now())
  if (event.event === 'arm.finished') {
    state.running.delete(event.arm)
    state.done += 1
  }
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
  const state = newState()
  const colours = coloursFor(stream)
  let heading = ''
  return {
    onEvent(event) {
      follow(state, event)
      if (event.event === 'run.started')
        heading = `run ${event.runId}${event.simulated ? ' (SIMULATED cluster)' : ''} on ${event.cluster.context} (${event.cluster.server}, ${event.cluster.kubernetesVersion})\n`
      // A run that may make nothing has one line to say, and that is why.
      if (event.event === 'object.created' && heading !== '') {
        stream.write(heading)
        heading = ''
      }
      if (event.event === 'note') stream.write(`note: ${printable(event.text)}\n`)
      if (event.event === 'plan') stream.write(`${event.arms.length} arms\n`)
      if (event.event !== 'arm.finished') return
      const arm = state.arms.get(event.arm)
      const { verdict, durationMs, message } = event.result
      const why =
        verdict === 'passed' || (arm?.role === 'canary' && verdict === 'failed') ? '' : `: ${firstLine(message)}`
      stream.write(
        `[${state.done}/${state.planned}] ${verdictMark(verdict, arm?.role ?? 'check', colours)} ${event.arm} (${Math.round(durationMs)} ms)${why}\n`,
      )
    },
    end: () => undefined,
  }
}

const firstLine = (text: string): string => printable(text.split('\n', 1)[0] ?? '')

const FRAME_MS = 100

function liveProgress(stream: NodeJS.WriteStream): Progress {
  const state = newState()
  const colours = coloursFor(stream)
  const view = createLogUpdate(stream)
  const draw = () => view(frame(state, stream.columns || 80, stream.rows || 24))
  const timer = setInterval(draw, FRAME_MS)
  let ended = false
  return {
    onEvent(event) {
      follow(state, event)
      if (event.event === 'note') {
        view.clear()
        stream.write(`note: ${printable(event.text)}\n`)
        draw()
      }
      if (event.event !== 'arm.finished') return
      const arm = state.arms.get(event.arm)
      const { verdict, message } = event.result
      const bad =
        arm?.role === 'canary'
          ? verdict !== 'failed'
          : verdict !== 'passed' && verdict !== 'skipped' && verdict !== 'known'
      if (!bad) return
      view.clear()
      stream.write(`${verdictMark(verdict, arm?.role ?? 'check', colours)} ${event.arm}: ${firstLine(message)}\n`)
      draw()
    },
    end() {
      if (ended) return
      ended = true
      clearInterval(timer)
      view.clear()
      view.done()
    },
  }
}

/** The arms that run, and a line of totals: fits the terminal. */
function frame(state: State, columns: number, rows: number): string {
  const now = Date.now()
  const shown = [...state.running].sort(([, a], [, b]) => a - b).slice(0, Math.max(1, Math.min(8, rows - 4)))
  const lines = shown.map(([id, since]) => `  ${id} ${Math.round((now - since) / 1000)} s`)
  const more = state.running.size - shown.length
  if (more > 0) lines.push(`  and ${more} more`)
  const elapsed = (now - state.startedAt) / 1000
  const left = state.done > 0 ? Math.round((elapsed / state.done) * (state.planned - state.done)) : null
  const total =
    state.planned === 0
      ? 'preparing: namespaces, node probes, facts'
      : `${state.done}/${state.planned} arms, ${Math.round(elapsed)} s${left === null ? '' : `, about ${left} s left`}`
  return [...lines, total]
    .map((line) => (line.length > columns - 1 ? `${line.slice(0, columns - 2)}…` : line))
    .join('\n')
}
