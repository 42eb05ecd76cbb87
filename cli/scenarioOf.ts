import type { ScenarioOptions } from '../sim/scenarios/loadScenario.ts'
import type { Scenario } from '../sim/scenarios/scenario.ts'
import { UsageError } from './usageError.ts'

/** The scenario that an operator named, with its release and faults. Throws ScenarioError, and UsageError for a release or fault that there is not. */
export async function scenarioOf(name: string, options: ScenarioOptions): Promise<Scenario> {
  const { loadScenario, ScenarioError } = await import('../sim/scenarios/loadScenario.ts')
  try {
    return await loadScenario(name, options)
  } catch (error) {
    throw error instanceof ScenarioError ? error : new UsageError((error as Error).message)
  }
}
