import type { Tee } from '../facts/tee.ts'
import type { Profile } from './profile.ts'

/** Something that the operator says the cluster must have, and that can be absent. */
export type Declaration =
  | { readonly kind: 'class'; readonly name: string }
  | { readonly kind: 'storage-class'; readonly name: string }
  | { readonly kind: 'snapshotter'; readonly name: string }
  | { readonly kind: 'cni'; readonly name: string }
  | { readonly kind: 'tee'; readonly name: Tee }
  | { readonly kind: 'gpu'; readonly name: string }
  | { readonly kind: 'kyverno'; readonly name: 'kyverno' }

export type Declared = Pick<Profile, 'classes' | 'storageClasses'> &
  Partial<Pick<Profile, 'cni' | 'snapshotters' | 'tees' | 'gpus' | 'kyverno'>>

/** Every system that a profile declares, each once. What it says of releases and sizes is none: that departs, and is not absent. */
export function declarationsOf(profile: Declared): readonly Declaration[] {
  const { classes, storageClasses, cni = null, snapshotters = [], tees = [], gpus = [], kyverno = false } = profile
  const storage = [...new Set(Object.values(storageClasses))]
  return [
    ...(classes ?? []).map(({ name }) => ({ kind: 'class' as const, name })),
    ...storage.map((name) => ({ kind: 'storage-class' as const, name })),
    ...snapshotters.map((name) => ({ kind: 'snapshotter' as const, name })),
    ...(cni === null ? [] : [{ kind: 'cni' as const, name: cni }]),
    ...tees.map((name) => ({ kind: 'tee' as const, name })),
    ...gpus.map((name) => ({ kind: 'gpu' as const, name })),
    ...(kyverno ? [{ kind: 'kyverno' as const, name: 'kyverno' as const }] : []),
  ]
}

/** Of an arm's name: snapshotter:nydus. */
export const declarationId = ({ kind, name }: Declaration): string => (kind === name ? name : `${kind}:${name}`)

const texts: Readonly<Record<Declaration['kind'], (name: string) => string>> = {
  class: (name) => `RuntimeClass ${name}`,
  'storage-class': (name) => `StorageClass ${name}`,
  snapshotter: (name) => `the snapshotter ${name}`,
  cni: (name) => `the CNI ${name}`,
  tee: (name) => `hardware for ${name} guests`,
  gpu: (name) => `GPUs of ${name}`,
  kyverno: () => 'Kyverno',
}

/** For operators: the snapshotter nydus. */
export const declarationText = ({ kind, name }: Declaration): string => texts[kind](name)
