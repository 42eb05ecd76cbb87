import type { CiliumSettings } from './cilium.ts'
import type { Cni } from './cni.ts'
import type { Declaration } from '../profile/declaration.ts'
import type { Fact } from './fact.ts'
import type { DefaultClassPolicy, PolicyException } from './kyverno.ts'
import type { Tee } from './tee.ts'

export type ShimFamily = 'go' | 'rust'
export type Hypervisor = 'qemu' | 'cloud-hypervisor' | 'firecracker' | 'dragonball' | 'stratovirt' | 'remote'

/**
 * How a sandbox gets its size. hotplug: boots with the defaults and grows by the limits. static: boots with the limits
 * (static_sandbox_resource_mgmt, sized by workload plus overhead in runtime-rs >= 4.0).
 */
export type Sizing = 'hotplug' | 'static'

export interface NodeFacts {
  readonly name: string
  /** What broke while its facts were read: what is unknown then is so by accident, and no reason to skip anything. */
  readonly unread?: string
  /** Since when it is Ready, RFC 3339; null when it is not. */
  readonly readySince?: string | null
  readonly schedulable: Fact<boolean>
  /** Carries katacontainers.io/kata-runtime=true, or its containerd runs a Kata handler. Unknown where no node is labelled. */
  readonly kata: Fact<boolean>
  readonly architecture: Fact<string>
  /** status.nodeInfo.kernelVersion */
  readonly kernelVersion: Fact<string>
  readonly osImage: Fact<string>
  /** For instance containerd://1.7.24 */
  readonly containerRuntime: Fact<string>
  readonly kubeletVersion: Fact<string>
  /** Logical CPUs, from capacity. */
  readonly cpus: Fact<number>
  /** status.capacity.memory, MiB */
  readonly memoryMiB: Fact<number>
  readonly allocatableMillicores: Fact<number>
  readonly allocatableMiB: Fact<number>
  readonly allocatablePods: Fact<number>
  /** Sums over the pods already on the node, RuntimeClass overhead included. */
  readonly requestedMillicores: Fact<number>
  readonly requestedMiB: Fact<number>
  readonly requestedPods: Fact<number>
  /** Identity of the running kernel: the probe's, else what the kubelet reports. */
  readonly bootId: Fact<string>
  /** Where the node comes from: providerID and instance type, as far as they are set. */
  readonly provider?: Fact<string>
  /** systemd or cgroupfs, as containerd makes the pods' cgroups. From the node probe, like all below. */
  readonly cgroupDriver?: Fact<'systemd' | 'cgroupfs'>
  /** Snapshotters that containerd has set up, by its configuration. */
  readonly snapshotters?: Fact<readonly string[]>
  /** What makes the pods' network. */
  readonly cni?: Fact<Cni>
  readonly cgroupVersion: Fact<1 | 2>
  /** none or static, of the kubelet's CPU manager. */
  readonly cpuManagerPolicy?: Fact<string>
  readonly kvmUsable: Fact<boolean>
  readonly cpuVirtualization: Fact<'vmx' | 'svm' | 'none'>
  /** True when the node is itself a VM (cpuinfo flag hypervisor). */
  readonly nested: Fact<boolean>
  /** DMI sys_vendor and product_name, joined by a space. */
  readonly machine: Fact<string>
  /** /proc/meminfo MemTotal of the node, KiB */
  readonly memTotalKiB: Fact<number>
  /** Which confidential guests its processor, firmware and kernel can hold. */
  readonly tee?: Fact<readonly Tee[]>
  /** GPUs that pods can ask for, by the name of their resource: nvidia.com/gpu. */
  readonly gpus?: Fact<readonly string[]>
  /** Its kernel has the loop driver. */
  readonly loopDevices?: Fact<boolean>
}

/** A Kata RuntimeClass as the cluster really runs it: the object, and the effective TOML of its handler on a tested node. */
export interface ClassFacts {
  readonly name: string
  /** Why it counts as Kata's: never its name alone. */
  readonly evidence?: string
  /** What broke while its facts were read on a node. */
  readonly unread?: string
  readonly handler: Fact<string>
  /** What containerd runs the handler with, for instance io.containerd.kata-qemu.v2. Something else is an impostor. */
  readonly runtimeType?: Fact<string>
  /** The snapshotter that containerd's entry of the handler names; '' where its images are unpacked as all others. */
  readonly snapshotter?: Fact<string>
  /**
   * Why the facts from `shim` on are what the class's name and the profile promise: no node runs its handler with Kata. Absent where they are what a
   * node has.
   */
  readonly promised?: string
  readonly overheadMiB: Fact<number>
  readonly overheadMillicores: Fact<number>
  readonly nodeSelector: Fact<Readonly<Record<string, string>>>
  /** Nodes that the class can be scheduled to, and that kata-deploy has its shim for. */
  readonly nodes: readonly string[]
  /** Why nodes that the class selects are not among them: its shim is not for their architecture. Absent where there is no such node. */
  readonly withoutShim?: string
  readonly shim: Fact<ShimFamily>
  readonly hypervisor: Fact<Hypervisor>
  readonly sizing: Fact<Sizing>
  /** Without limits; negative: the node's CPUs. */
  readonly defaultVcpus: Fact<number>
  readonly defaultMemoryMiB: Fact<number>
  /** Upper bound of vCPUs: default_maxvcpus, 0 means the node's CPUs. */
  readonly maxVcpus: Fact<number>
  /** runtime-rs >= 4.0 with static sizing: what the sandbox itself is given on top of the workload. */
  readonly sandboxOverheadVcpus: Fact<number>
  readonly sandboxOverheadMiB: Fact<number>
  readonly blockDeviceUse: Fact<boolean>
  /** How volumes of mode Block reach the guest: virtio-scsi, virtio-blk… */
  readonly blockDeviceDriver: Fact<string>
  readonly sharedFs: Fact<string>
  /** Where an emptyDir on disk lives: in the guest, or on the node and shared with it. */
  readonly emptyDir?: Fact<'guest' | 'node'>
  readonly sandboxCgroupOnly: Fact<boolean>
  readonly enabledAnnotations: Fact<readonly string[]>
  /** experimental_force_guest_pull: images are pulled in the guest without a snapshotter that does it. */
  readonly forcesGuestPull?: Fact<boolean>
  /** `kernel`, `image`, `initrd` of the effective TOML; '' where the guest has none. */
  readonly kernelPath: Fact<string>
  readonly imagePath: Fact<string>
  readonly initrdPath: Fact<string>
  /** True for classes whose guest is a TEE or CoCo guest. */
  readonly confidential: Fact<boolean>
}

export interface ClusterFacts {
  readonly kubernetesVersion: Fact<string>
  /** Kata release, for instance 3.26.0 */
  readonly kataVersion: Fact<string>
  readonly distribution: Fact<string>
  /** What pods without RuntimeClass run on, for instance `runc (io.containerd.runc.v2)`. */
  readonly defaultRuntime: Fact<string>
  readonly nodes: readonly NodeFacts[]
  readonly classes: readonly ClassFacts[]
  /** RuntimeClasses that are there but are not Kata's. */
  readonly otherClasses: readonly string[]
  /**
   * Kata RuntimeClasses that the operator's profile says the cluster must have (every enabled shim and custom runtime, and `kata` with
   * createDefaultRuntimeClass), with the handler where the profile fixes one; null without a profile.
   */
  readonly declared: readonly { readonly name: string; readonly handler?: string }[] | null
  /** False: the profile leaves some classes to the chart, so that one which it does not declare need not be disabled. */
  readonly declaresAllClasses?: boolean
  /** Every system that the operator's profile says the cluster must have; empty without a profile. */
  readonly declarations?: readonly Declaration[]
  /** Names of the cluster's StorageClasses. */
  readonly storageClassNames?: Fact<readonly string[]>
  /** Kata's release that the operator's profile declares; null where it declares none. */
  readonly declaredVersion?: string | null
  /** What could not be read, with the reason, one line each: a right that is lacking, an API that is down. */
  readonly unreadable?: readonly string[]
  /** May the suite create a namespace with Pod Security level privileged? */
  readonly privilegedNamespace: Fact<boolean>
  readonly mayCreateRuntimeClasses: Fact<boolean>
  /** May the suite ask kubelets through the API server (get nodes/proxy)? */
  readonly mayReadKubelets?: Fact<boolean>
  readonly nodeProbe: Fact<boolean>
  /** Whether Kyverno is installed, and what of its policies concerns RuntimeClasses. */
  readonly kyverno?: Fact<boolean>
  /** Names of its ClusterPolicies. */
  readonly policies?: readonly string[]
  /** Where DaemonSets and Jobs of kata-deploy are; null where these may not be listed. */
  readonly kataDeployNamespaces?: readonly string[] | null
  readonly defaultClassPolicies?: readonly DefaultClassPolicy[]
  readonly policyExceptions?: readonly PolicyException[]
  /** defaultRuntimeClass of the operator's profile; '' where he wants none, null where he says nothing. */
  readonly declaredDefaultClass?: string | null
  /** The operator says that the cluster is in production: in namespaces with these labels. */
  readonly production?: { readonly namespaceLabels: Readonly<Record<string, string>> } | null
  /** Cilium's settings; empty where Cilium does not run. */
  readonly cilium?: Fact<CiliumSettings>
  /** StorageClass for volumes of mode Block; null where the cluster has none that is known to give them. */
  readonly storageClassBlock?: Fact<string>
  readonly storageClassFilesystem?: Fact<string>
}
