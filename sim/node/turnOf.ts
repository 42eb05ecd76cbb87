import type { Departures } from '../faults/departures.ts'
import type { ContainerConfig } from '../kubelet/containerRuntime.ts'

/** Containers that each command was run in, by cluster: its nodes are made with the same departures. */
const runs = new WeakMap<Departures, Map<string, number>>()

/** The how-manieth container with this command it is, from 1. */
export function turnOf(cluster: Departures, { command, args }: ContainerConfig): number {
  const ofCluster = runs.get(cluster) ?? new Map<string, number>()
  const what = JSON.stringify([command, args])
  const turn = (ofCluster.get(what) ?? 0) + 1
  runs.set(cluster, ofCluster.set(what, turn))
  return turn
}
