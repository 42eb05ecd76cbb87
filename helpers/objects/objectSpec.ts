import type { PodAsked } from '../pods/podSpec.ts'

/** An object beside the pods of a check: a ConfigMap, a claim, a Service… The engine names it, labels it and removes it when the arm ends. */
export interface ObjectSpec {
  readonly apiVersion: string
  readonly kind: string
  /** True for kinds without a namespace (PersistentVolume). */
  readonly clusterScoped?: true
  readonly annotations?: Readonly<Record<string, string>>
  /** All that the manifest has beside apiVersion, kind and metadata. */
  readonly content: (names: ArmNames) => Readonly<Record<string, unknown>>
}

/** What the objects and pods of one arm are called on the cluster. */
export interface ArmNames {
  /** Name of the object which the check calls `local`. Throws when the check has none of that name. */
  readonly object: (local: string) => string
  /** Labels that select this pod of the arm and no other pod of the cluster. */
  readonly labelsOf: (pod: string) => Readonly<Record<string, string>>
  /** The pod as the template of a controller's pods, on the arm's node, with the labels of `labelsOf(pod)`. */
  readonly template: (pod: string, asked: PodAsked) => Readonly<Record<string, unknown>>
}
