import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadScenario } from '../../sim/scenarios/loadScenario.ts'
import { startSimulation } from '../../sim/simulation.ts'

/** A simulated cluster like the real one: one node, no Kata. */
export async function startSimulatedCluster(speed: number): Promise<{ kubeconfig: string; close(): Promise<void> }> {
  const scenario = await loadScenario(path.join(import.meta.dirname, 'cluster.yaml'))
  const simulation = await startSimulation({ scenario, speed })
  const folder = mkdtempSync(path.join(tmpdir(), 'kubectl-simulation-'))
  const kubeconfig = path.join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, simulation.kubeconfig)
  return {
    kubeconfig,
    async close() {
      await simulation.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
