import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import type { RecordedScenario } from '../pods/recordedScenario.ts'

/** Where a text comes from. */
export interface Place {
  recorded: RecordedScenario
  pod: string
  container: string | null
  /** Runs under Kata; runc otherwise. */
  kata: boolean
  /** Limits of the container in its manifest. */
  limits: { cpu?: string; memory?: string }
}

/** One observation against everything recorded that it can meet. */
export interface Row {
  /** Exported functions that this row runs: file.name */
  covers: readonly string[]
  /** Observes the pod and asserts. Throws NotRecorded where the recording has nothing for it. */
  observe: (pod: PodHandle, place: Place) => Promise<void>
  /** Recorded containers that it meets at the least. */
  atLeast: number
}
