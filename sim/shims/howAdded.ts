import type { Departures } from '../faults/departures.ts'
import type { SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { ContainerStart } from '../node/sandbox.ts'
import type { SimNode } from '../node/simNode.ts'

/** What a fault makes of an ephemeral container. */
export async function howAdded(
  { departures, pods }: SimNode,
  config: SandboxConfig,
  { config: { name } }: ContainerStart,
): Promise<Departures['addedContainers']> {
  const healthy = 'in-its-guest'
  if (departures.addedContainers === healthy) return healthy
  return (await pods.containerOf(config, name)).ephemeral ? departures.addedContainers : healthy
}
