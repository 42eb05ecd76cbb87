import type { Tee } from '../facts/tee.ts'

/** A RuntimeClass that the operator says the cluster must have. */
export interface DeclaredClass {
  readonly name: string
  readonly handler?: string
  /** Shim of kata-deploy that a custom runtime starts from: qemu, clh… */
  readonly base?: string
  /** MiB that a sandbox without limits boots with */
  readonly defaultMemoryMiB?: number
  readonly defaultVcpus?: number
  /** Volumes of mode Block reach the guest as block devices. */
  readonly blockDeviceUse?: boolean
}

/** A departure from a claim that somebody has accepted, for a time. */
export interface KnownDeviation {
  readonly behaviour: string
  readonly runtimeClass?: string
  readonly case?: string
  readonly reason: string
  /** Upstream issue or document. */
  readonly reference?: string
  readonly owner: string
  /** Last day on which it excuses anything, YYYY-MM-DD. */
  readonly expires: string
}

/** What the operator declares of the cluster. Null: nothing is declared of it. */
export interface Profile {
  readonly file: string
  /** The suite's own format, the guide's `kataContainers:` block, or values of the kata-deploy chart. */
  readonly source: 'profile' | 'guide' | 'chart'
  readonly kataVersion: string | null
  readonly distribution: string | null
  readonly classes: readonly DeclaredClass[] | null
  /** False: the cluster may have more Kata classes than these, since the file leaves some to the chart. */
  readonly namesAllClasses?: boolean
  /** Names by what they are used for. */
  readonly storageClasses: { readonly block?: string; readonly filesystem?: string }
  readonly cni: string | null
  /** Of containerd, beside overlayfs: nydus, devmapper… */
  readonly snapshotters: readonly string[]
  /** Hardware for confidential guests that some node has. */
  readonly tees: readonly Tee[]
  /** Resources by which nodes offer GPUs: nvidia.com/gpu. */
  readonly gpus: readonly string[]
  readonly kyverno: boolean
  /** defaultRuntimeClass; '' where none is wanted. */
  readonly defaultRuntimeClass?: string
  /** The cluster is in production, in namespaces with these labels. */
  readonly production?: { readonly namespaceLabels: Readonly<Record<string, string>> }
  readonly knownDeviations: readonly KnownDeviation[]
  /** What was read and what of it says nothing to the suite. */
  readonly notes: readonly string[]
}
