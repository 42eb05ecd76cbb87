import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { scenarioOf } from '../../../cli/scenarioOf.ts'
import { connect } from '../../../helpers/cluster/connect.ts'
import { startSimulation } from '../../../sim/simulation.ts'
import { upstreamOf } from '../proxy/upstream.ts'
import type { Target } from './target.ts'

/**
 * How many times faster than life: pods start in a fraction of a second, and there is still time in which something can happen.
 */
const SPEED = 20

/** healthy: every check passes. impostor: all Kata handlers are really run by runc, so that many checks must fail. */
export const simulated: Readonly<Record<string, readonly string[]>> = {
  healthy: [],
  impostor: ['runc-behind-kata-handlers'],
}

export async function startSimulated(name: string): Promise<Target> {
  const scenario = await scenarioOf('small', { faults: simulated[name] ?? [] })
  const simulation = await startSimulation({ scenario, speed: SPEED })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-reliability-'))
  const kubeconfig = path.join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, simulation.kubeconfig, { mode: 0o600 })
  const cluster = await connect({ kubeconfig })
  return {
    name,
    kubeconfig,
    upstream: () => upstreamOf(kubeconfig),
    cluster,
    nodeTime: 1,
    nodePatienceMs: 0,
    settings: {},
    async killApiServer(proxy) {
      await proxy.goAway()
      return () => proxy.comeBack()
    },
    silenceNode: async (node) => {
      simulation.silence(node)
      return async () => simulation.restore(node)
    },
    async close() {
      await cluster.close()
      await simulation.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
