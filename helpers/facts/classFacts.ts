import type { KubeObject } from '../cluster/cluster.ts'
import { runsKata, type ContainerdRuntime } from '../node/containerdConfig.ts'
import type { DeclaredClass } from '../profile/profile.ts'
import { agree } from './agree.ts'
import { detectBlockDeviceDriver } from './blockDeviceDriver.ts'
import { detectBlockDeviceUse } from './blockDeviceUse.ts'
import { handlerOf, nodeSelectorOf } from './kataClass.ts'
import type { ClassOnNode } from './classOnNode.ts'
import { detectConfidential } from './confidential.ts'
import type { CustomRuntime } from './customRuntimes.ts'
import { detectDefaultMemory } from './defaultMemory.ts'
import { detectEmptyDir } from './emptyDir.ts'
import { detectEnabledAnnotations } from './enabledAnnotations.ts'
import { detectForcesGuestPull } from './guestPull.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { ClassFacts } from './facts.ts'
import { detectGuestFiles } from './guestFiles.ts'
import { detectHypervisor } from './hypervisor.ts'
import { knownShims, shimOfHandler } from './kataShims.ts'
import type { NodeEvidence } from './nodeFacts.ts'
import { detectOverhead } from './overhead.ts'
import { promisedToml } from './promisedToml.ts'
import { detectSandboxCgroupOnly } from './sandboxCgroup.ts'
import { detectSandboxOverhead } from './sandboxOverhead.ts'
import { detectSharedFs } from './sharedFs.ts'
import { detectShimFamily } from './shimFamily.ts'
import { detectSizing } from './sizing.ts'
import { detectDefaultVcpus, detectMaxVcpus } from './vcpus.ts'

export interface ClassEvidence {
  readonly runtimeClass: KubeObject
  /** Why it counts as Kata's. */
  readonly kata: string
  /** Nodes that the class can be scheduled to. */
  readonly nodes: readonly NodeEvidence[]
  /** Why it has not all nodes that it selects. */
  readonly withoutShim: string | null
  readonly custom: CustomRuntime | null
  /** The class as the operator's profile declares it. */
  readonly declared: DeclaredClass | null
  readonly kataVersion: string | null
}

/** All facts of one RuntimeClass: its object, and its handler as the tested nodes have it. */
export async function detectClassFacts(evidence: ClassEvidence): Promise<ClassFacts> {
  const { runtimeClass, nodes, withoutShim, custom, declared, kataVersion } = evidence
  const handler = handlerOf(runtimeClass)
  const probed = nodes.filter((each) => each.probe !== null)
  const seen =
    probed.length > 0
      ? await Promise.all(probed.map((each) => onNode(each, handler)))
      : [withoutNode(handler, custom, nodes.length === 0 ? withoutShim : null)]
  const base = custom?.base ?? declared?.base
  const shipped = shimOfHandler(handler) ?? knownShims.find((each) => each.shim === base) ?? null
  // Where no node runs it with Kata, its pods are held to what the name promises: claims about them are to turn red, not to vanish.
  const promised = seen.every((on) => on.notKata) ? seen[0]?.because : undefined
  const places =
    shipped && promised !== undefined
      ? seen.map((on) => ({ ...on, toml: promisedToml(shipped, declared, kataVersion, on.because), partial: true }))
      : seen
  const across = <T>(detect: (on: ClassOnNode) => Fact<T>): Fact<T> =>
    agree(
      places.map((on) => ({ node: on.node ?? 'no node', fact: detect(on) })),
      'no node to ask',
    )
  const shim = across((on) => detectShimFamily(on, shipped))
  const sharedFs = across((on) => detectSharedFs(on, shim.value))
  const guest = (key: keyof ReturnType<typeof detectGuestFiles>) => across((on) => detectGuestFiles(on)[key])
  const added = (key: keyof ReturnType<typeof detectSandboxOverhead>) =>
    across((on) => detectSandboxOverhead(on, shim.value, kataVersion)[key])
  return {
    name: runtimeClass.metadata.name ?? '',
    evidence: evidence.kata,
    handler: known(handler, 'handler of the RuntimeClass'),
    runtimeType: across((on) =>
      on.runtime ? known(runsAs(on.runtime), `containerd's configuration on ${on.node ?? ''}`) : unknown(on.because),
    ),
    snapshotter: across((on) =>
      on.runtime
        ? known(on.runtime.snapshotter ?? '', `containerd's entry of the handler on ${on.node ?? ''}`)
        : unknown(on.because),
    ),
    ...detectOverhead(runtimeClass),
    ...(promised === undefined ? {} : { promised }),
    nodeSelector: known(nodeSelectorOf(runtimeClass), 'scheduling.nodeSelector of the RuntimeClass'),
    nodes: nodes.map((each) => each.name),
    ...(withoutShim === null ? {} : { withoutShim }),
    shim,
    hypervisor: across((on) => detectHypervisor(on, shipped)),
    sizing: across(detectSizing),
    defaultVcpus: across(detectDefaultVcpus),
    defaultMemoryMiB: across((on) => detectDefaultMemory(on, shim.value)),
    maxVcpus: across(detectMaxVcpus),
    sandboxOverheadVcpus: added('sandboxOverheadVcpus'),
    sandboxOverheadMiB: added('sandboxOverheadMiB'),
    blockDeviceUse: across(detectBlockDeviceUse),
    blockDeviceDriver: across(detectBlockDeviceDriver),
    sharedFs,
    emptyDir: across((on) => detectEmptyDir(on, shim.value, sharedFs.value)),
    sandboxCgroupOnly: across(detectSandboxCgroupOnly),
    enabledAnnotations: across(detectEnabledAnnotations),
    forcesGuestPull: across(detectForcesGuestPull),
    kernelPath: guest('kernelPath'),
    imagePath: guest('imagePath'),
    initrdPath: guest('initrdPath'),
    confidential: across((on) => detectConfidential(on, shipped)),
  }
}

/** A shim of Kata may be named by its path alone. */
const runsAs = (runtime: ContainerdRuntime): string =>
  runsKata(runtime) && !runtime.type.startsWith('io.containerd.kata') ? (runtime.path ?? runtime.type) : runtime.type

async function onNode(evidence: NodeEvidence, handler: string): Promise<ClassOnNode> {
  const { name, probe, containerd } = evidence
  const place = { node: name, handler, partial: false }
  const runtime = containerd?.runtimes.find((each) => each.handler === handler) ?? null
  if (!containerd) return { ...place, runtime, notKata: false, toml: null, because: evidence.containerdWhy }
  if (!runtime) return { ...place, runtime, notKata: true, toml: null, because: notConfigured(handler, evidence) }
  if (!runsKata(runtime)) {
    const because = `containerd on ${name} runs handler ${handler} with ${runtime.type}, which is not Kata`
    return { ...place, runtime, notKata: true, toml: null, because }
  }
  try {
    const toml = (await probe?.effectiveToml(handler)) ?? null
    return {
      ...place,
      runtime,
      notKata: false,
      toml,
      because: `${runtime.configPath ?? 'a configuration of Kata'} does not exist on ${name}`,
    }
  } catch (error) {
    return { ...place, runtime, notKata: false, toml: null, because: (error as Error).message }
  }
}

function notConfigured(handler: string, { name, containerd }: NodeEvidence): string {
  const files = containerd?.files.join(', ') ?? ''
  const orphan = containerd?.notImported ? `; nothing imports ${containerd.notImported}` : ''
  return `containerd on ${name} has no runtime ${handler} (${files})${orphan}`
}

function withoutNode(handler: string, custom: CustomRuntime | null, withoutShim: string | null): ClassOnNode {
  const toml = custom?.dropIn
    ? { path: `the drop-in of ${handler} in ${custom.where}`, dropIns: [], values: custom.dropIn }
    : null
  const because = withoutShim ?? 'only the node probe can read it, and no node of this class has one'
  return { node: null, handler, runtime: null, notKata: false, toml, partial: true, because }
}
