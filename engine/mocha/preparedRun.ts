import type { RegisteredBehaviour } from '../../helpers/behaviour.ts'
import type { ArmResult } from '../../reports/record/arm.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { Plan } from '../plan/plan.ts'

/** A run whose facts and plan are known, and of which nothing has been tried yet. */
export interface PreparedRun {
  readonly plan: Plan
  /** Starts these arms, by id, and what they need: their controls, unless nobody wants them, and every canary. Evidence is kept of what turns red, unless nobody reads it. */
  start(
    ids: ReadonlySet<string>,
    options?: { readonly withoutControls?: boolean; readonly withoutEvidence?: boolean },
  ): void
  result(id: string): Promise<ArmResult>
  /** Waits for everything, cleans up, closes the journal. */
  finish(): Promise<RunRecord>
}

/** How a run is prepared when mocha has loaded the spec files: set by the command that starts mocha. */
export type Session = (registered: readonly RegisteredBehaviour[]) => Promise<PreparedRun>

let session: Session | null = null

export const setSession = (next: Session): void => {
  session = next
}

/** Throws when no command has set a session. */
export function currentSession(): Session {
  if (!session)
    throw new Error('no session: start the suite with `kata-conformance run`, or mocha with the project’s .mocharc.yml')
  return session
}
