import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Declaration, declarationsOf } from '../helpers/profile/declaration.ts'
import { startSimulation, type SimulationOptions } from '../sim/simulation.ts'
import { scenarioOf } from './scenarioOf.ts'

export interface SimulatedCluster {
  /** A kubeconfig file for it. */
  readonly kubeconfig: string
  /** Its RuntimeClasses, as somebody who deployed it would declare them; null where nobody does. */
  readonly classes: readonly { readonly name: string; readonly handler: string }[] | null
  /** All systems that they would declare; none where nobody declares anything. */
  readonly declarations: readonly Declaration[]
  /** What whoever deployed it would declare beside them. */
  readonly defaultRuntimeClass: string | null
  readonly production: { readonly namespaceLabels: Readonly<Record<string, string>> } | null
  /** Its StorageClasses, as its operator would name them. */
  readonly storageClasses: { readonly block?: string; readonly filesystem?: string }
  close(): Promise<void>
}

export interface SimulatedClusterOptions {
  /** A scenario by name or file; default documented. */
  readonly scenario?: string | undefined
  readonly kataVersion?: string | undefined
  /** Besides the scenario's own. */
  readonly faults?: readonly string[] | undefined
  /** How upgrades of kata-deploy go wrong there. */
  readonly upgradeFaults?: readonly string[] | undefined
  /** How many times faster than life; Infinity: no latency at all. */
  readonly speed: number
  /** Told of every request to its API server that came over HTTP. */
  readonly audit?: NonNullable<SimulationOptions['audit']>
}

/** Starts an embedded simulated cluster. Throws ScenarioError. */
export async function startSimulatedCluster({
  scenario = 'documented',
  kataVersion,
  faults = [],
  upgradeFaults = [],
  speed,
  audit,
}: SimulatedClusterOptions): Promise<SimulatedCluster> {
  const loaded = await scenarioOf(scenario, { faults, ...(kataVersion === undefined ? {} : { kataVersion }) })
  const simulation = await startSimulation({
    scenario: loaded,
    speed,
    upgradeFaults,
    ...(audit === undefined ? {} : { audit }),
  })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-sim-'))
  const kubeconfig = path.join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, simulation.kubeconfig, { mode: 0o600 })
  const classes = loaded.runtimeClasses.map(({ name, handler }) => ({ name, handler }))
  const storageClasses = Object.fromEntries(
    loaded.storageClasses.map(({ name, mode }) => [mode === 'Block' ? 'block' : 'filesystem', name]),
  )
  return {
    kubeconfig,
    classes: loaded.profile ? classes : null,
    declarations: loaded.profile
      ? declarationsOf({ classes, storageClasses, kyverno: loaded.kyverno !== undefined })
      : [],
    defaultRuntimeClass: loaded.kyverno?.defaultRuntimeClass ?? null,
    production: loaded.kyverno ? { namespaceLabels: loaded.kyverno.productionLabels } : null,
    storageClasses,
    async close() {
      await simulation.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
