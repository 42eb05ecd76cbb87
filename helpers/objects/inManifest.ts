import type { KubeObject } from '../cluster/cluster.ts'

/** Where a pod's manifest names another object: the field that holds the object, and the field of it that is its name. */
const references: Readonly<Record<string, string>> = {
  configMap: 'name',
  configMapRef: 'name',
  configMapKeyRef: 'name',
  secretRef: 'name',
  secretKeyRef: 'name',
  persistentVolumeClaim: 'claimName',
}

/**
 * The manifest of a pod with the objects of its check under the names that they have on the cluster. Other names stay: a check may
 * mean an object that is there already.
 */
export function withObjectNames(manifest: KubeObject, names: ReadonlyMap<string, string>): KubeObject {
  if (names.size === 0) return manifest
  const replaced = (value: unknown): unknown =>
    typeof value === 'string' && names.has(value) ? names.get(value) : value
  const walk = (value: unknown, nameField: string | null): unknown => {
    if (Array.isArray(value)) return value.map((each) => walk(each, null))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => {
        if (key === nameField) return [key, replaced(field)]
        // A volume's Secret is named by secretName, a projected one by name.
        if (key === 'secret') return [key, walk(field, 'name' in (field as object) ? 'name' : 'secretName')]
        return [key, walk(field, references[key] ?? null)]
      }),
    )
  }
  return { ...manifest, spec: walk(manifest['spec'], null) }
}
