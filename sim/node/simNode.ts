import type { Clock } from '../clock.ts'
import type { Departures } from '../faults/departures.ts'
import type { Machine, MachineSpec } from '../machine/machine.ts'
import type { NetworkScenario, NodeScenario, Scenario } from '../scenarios/scenario.ts'
import type { KataHandler } from '../shims/kataHandler.ts'
import type { KataRelease } from '../shims/kataRelease.ts'
import type { AddressPool } from './addresses.ts'
import type { ClusterNetwork } from './clusterNetwork.ts'
import type { NodeJournal } from './journal.ts'
import type { PodLookup } from './podLookup.ts'
import type { Snapshots } from './snapshots.ts'

/** One node of the cluster, with everything that its runtime and shims work with. */
export interface SimNode {
  readonly name: string
  readonly ip: string
  readonly scenario: NodeScenario
  /** Of the nodes with Kata, from 1; null for others. */
  readonly kataNumber: number | null
  readonly mode: Scenario['mode']
  readonly release: KataRelease
  readonly departures: Departures
  readonly clock: Clock
  readonly machine: Machine
  readonly createMachine: (spec: MachineSpec) => Machine
  readonly network: ClusterNetwork
  readonly networkScenario: NetworkScenario
  readonly addresses: AddressPool
  readonly containerdVersion: string
  /** Kata handlers of containerd, by name. Empty on a node without Kata. */
  readonly handlers: ReadonlyMap<string, KataHandler>
  readonly kvm: NodeScenario['kvm']
  readonly pods: PodLookup
  /** False while the cluster is set up: what starts then was there before the simulation, and takes no time. */
  readonly latencies: () => boolean
  /** Factors around 1, by which figures of this node differ from one another. */
  readonly noise: (spread: number) => number
  /** How long sandboxes take to start, as a multiple: of the release that is installed. */
  readonly startFactor: number
  /** Paths at which the kubelet mounted a tmpfs. */
  readonly tmpfsMounts: Set<string>
  readonly snapshots: Snapshots
  readonly journal: NodeJournal
}
