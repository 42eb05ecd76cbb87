import type { KubeObject } from '../cluster/cluster.ts'
import type { ContainerdConfig } from '../node/containerdConfig.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { detectBootId } from './bootId.ts'
import { detectCgroupDriver } from './cgroupDriver.ts'
import { detectCgroupVersion } from './cgroupVersion.ts'
import { detectCni } from './cni.ts'
import { detectCpuManagerPolicy } from './cpuManagerPolicy.ts'
import { detectCpuVirtualization, detectNested } from './cpuVirtualization.ts'
import type { Fact } from './fact.ts'
import type { NodeFacts } from './facts.ts'
import { detectKvm } from './kvmUsable.ts'
import { detectLoopDevices } from './loopDevices.ts'
import { detectMachine } from './machine.ts'
import { detectMemTotal } from './memTotal.ts'
import type { NodeRequests } from './nodeRequests.ts'
import { readinessOf } from '../pods/nodeReadiness.ts'
import { nodeStatus } from './nodeStatus.ts'
import { probed } from './probed.ts'
import { detectProvider } from './provider.ts'
import { detectGpus } from './gpus.ts'
import { detectSnapshotters } from './snapshotters.ts'
import { detectTee } from './tee.ts'

/** What is known of one node before its RuntimeClasses are looked at. */
export interface NodeEvidence {
  readonly node: KubeObject
  readonly name: string
  readonly probe: NodeProbe | null
  /** Null without a probe, or when it cannot be read: `containerdWhy` says which. */
  readonly containerd: ContainerdConfig | null
  readonly containerdWhy: string
}

/** Reads containerd's configuration on a node that has a probe. */
export async function nodeEvidence(node: KubeObject, probe: NodeProbe | null): Promise<NodeEvidence> {
  const name = node.metadata.name ?? ''
  if (!probe) return { node, name, probe, containerd: null, containerdWhy: `node ${name} has no probe` }
  try {
    const containerd = await probe.containerd()
    return {
      node,
      name,
      probe,
      containerd,
      containerdWhy: `no configuration of containerd in a known place on ${name}`,
    }
  } catch (error) {
    return { node, name, probe, containerd: null, containerdWhy: (error as Error).message }
  }
}

const readySince = (node: KubeObject): string | null => {
  const { isReady, since } = readinessOf(node)
  return isReady ? since : null
}

/** All facts of one node. */
export async function detectNodeFacts(
  evidence: NodeEvidence,
  kata: Fact<boolean>,
  requests: NodeRequests,
): Promise<NodeFacts> {
  const { node, name, probe } = evidence
  const [
    bootId,
    cni,
    cgroupVersion,
    cpuManagerPolicy,
    kvmUsable,
    cpuVirtualization,
    nested,
    machine,
    memTotalKiB,
    loopDevices,
    tee,
  ] = await Promise.all([
    detectBootId(node, probe),
    detectCni(probe),
    detectCgroupVersion(probe),
    detectCpuManagerPolicy(probe),
    detectKvm(probe),
    detectCpuVirtualization(probe),
    detectNested(probe),
    detectMachine(probe),
    detectMemTotal(probe),
    probed(probe, detectLoopDevices),
    detectTee(node, probe),
  ])
  return {
    name,
    kata,
    readySince: readySince(node),
    ...nodeStatus(node),
    ...requests,
    bootId,
    provider: detectProvider(node),
    cgroupDriver: detectCgroupDriver(evidence.containerd, evidence.containerdWhy),
    snapshotters: detectSnapshotters(evidence.containerd, evidence.containerdWhy),
    cni,
    cgroupVersion,
    cpuManagerPolicy,
    kvmUsable,
    cpuVirtualization,
    nested,
    machine,
    memTotalKiB,
    loopDevices,
    tee,
    gpus: detectGpus(node),
  }
}
