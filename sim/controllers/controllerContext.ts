import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'
import type { SharedInformers } from './sharedInformers.ts'

export interface ControllerContext {
  readonly client: KubeClient
  readonly clock: Clock
  readonly informers: SharedInformers
}

/** A controller that runs: only to be stopped. */
export interface Controller {
  stop(): void
}
