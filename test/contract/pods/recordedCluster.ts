import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import type { Scenario } from '../../../sim/scenarios/scenario.ts'
import type { RecordedScenario } from './recordedScenario.ts'

/**
 * The simulated cluster that is like the one a scenario was recorded on. The recordings' README: runc before 10:14 on a node of 2 CPUs and 8 GiB;
 * all others on nodes of 1 CPU, but `cpu*` of 2; the first node alone where nothing names the second.
 */
export async function recordedCluster(recorded: RecordedScenario): Promise<Scenario> {
  const scenario = await loadScenario('as-recorded')
  const early = recorded.runtimeClass === null && recorded.recordedAt.slice(11, 16) < '10:14'
  const cpus = early || recorded.scenario.startsWith('cpu') ? 2 : 1
  const alone = !/kata-node2|\b0\/2 nodes/.test(JSON.stringify(recorded))
  const nodes = scenario.nodes
    .filter((node) => !alone || node.name === 'kata-node')
    .map((node) => ({ ...node, cpus, ...(early ? { memoryMiB: 8192 } : {}) }))
  return { ...scenario, nodes }
}
