import type { ClusterFacts, NodeFacts } from '../../helpers/facts/facts.ts'
import type { RunOptions } from '../options.ts'

export interface NeedContext {
  readonly facts: ClusterFacts
  readonly node: NodeFacts | undefined
  readonly options: Pick<
    RunOptions,
    'quietNodes' | 'slow' | 'allowNodeChanges' | 'allowDisruptive' | 'allowClusterPolicy'
  >
}

/** Null when the need is met, else why not, with the evidence. */
export type Need = (context: NeedContext, argument: string) => string | null
