import { startSimulation } from '../../sim/simulation.ts'
import { loadScenario } from '../../sim/scenarios/loadScenario.ts'

// Run in a process of its own, by fork: a cluster of as many nodes as the first argument says; tells its address, and its memory when asked.
const count = Number(process.argv[2])
const scenario = await loadScenario('small')
const [first] = scenario.nodes
if (!first) throw new Error('the scenario has no node')
const nodes = Array.from({ length: count }, (_, index) => ({
  ...first,
  name: `node-${index + 1}`,
  kata: index === 0,
}))
const simulation = await startSimulation({ scenario: { ...scenario, nodes }, speed: Number.POSITIVE_INFINITY })
process.on('message', () => process.send?.({ rssMiB: process.resourceUsage().maxRSS / 1024 }))
process.on('disconnect', () => process.exit(0))
process.send?.({ kubeconfig: simulation.kubeconfig })
