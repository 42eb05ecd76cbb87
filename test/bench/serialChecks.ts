import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { dump } from 'js-yaml'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import type { RegisteredBehaviour } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { loadImages } from '../../helpers/pods/images.ts'
import { type PodSpec, podSpecOf } from '../../helpers/pods/podSpec.ts'

/** A check, and the pods that it looks at. */
export interface SerialCheck {
  readonly id: string
  readonly pods: readonly PodSpec[]
}

/** Checks of one class whose pods all become ready and stay: what anybody could do with kubectl. */
export async function checksWithPods(runtimeClass: string, count: number): Promise<readonly SerialCheck[]> {
  const claims = loadCatalog().claims
  const found = (await loadSpecs()).flatMap((each): SerialCheck[] => {
    const needs = claims.get(each.id)?.needs ?? ['no claim']
    const pods = needs.every((need) => need === 'node-probe') ? podsOf(each, runtimeClass) : null
    return pods === null || pods.length === 0 ? [] : [{ id: each.id, pods }]
  })
  if (found.length < count) throw new Error(`there are ${found.length} such checks, ${count} are wanted`)
  return found.slice(0, count)
}

/** Null where they depend on facts, or on each other. */
function podsOf({ definition }: RegisteredBehaviour, runtimeClass: string): readonly PodSpec[] | null {
  const { exclusive, objects, cases, pods } = definition
  if (exclusive || objects || cases) return null
  try {
    const specs = Object.values(pods({ runtimeClass } as Parameters<typeof pods>[0])).map(podSpecOf)
    const stays = (spec: PodSpec): boolean => spec.awaited === 'ready' && !spec.elsewhere && spec.after === null
    return specs.every(stays) ? specs : null
  } catch {
    return null
  }
}

/**
 * What somebody without the suite would do for each check, as a script for bash: make its pods, wait for each, look into each, remove them.
 * @param folder for the manifests
 */
export function serialScript(checks: readonly SerialCheck[], folder: string): string {
  mkdirSync(folder, { recursive: true })
  const images = loadImages()
  const steps = checks.map(({ id, pods }) => {
    const names = pods.map((_pod, index) => `${id.toLowerCase()}-${index + 1}`)
    const file = path.join(folder, `${id}.yaml`)
    writeFileSync(
      file,
      pods.map(({ manifest }, index) => dump(named(manifest, names[index] ?? '', images))).join('---\n'),
    )
    const looks = names.map((name) => `"$KUBECTL" exec ${name} -c main -- cat /proc/sys/kernel/random/boot_id`)
    const all = names.map((name) => `pod/${name}`).join(' ')
    return [
      `"$KUBECTL" apply -f ${file}`,
      `"$KUBECTL" wait --for=condition=Ready --timeout=120s ${all}`,
      ...looks,
      `"$KUBECTL" delete --wait --timeout=120s ${all}`,
    ].join('\n')
  })
  return `set -e\n${steps.join('\n')}\n`
}

function named(manifest: KubeObject, name: string, images: ReturnType<typeof loadImages>): KubeObject {
  const spec = manifest['spec'] as { containers: { image: string }[]; initContainers?: { image: string }[] }
  const resolved = <Container extends { image: string }>(each: Container): Container => ({
    ...each,
    image: images.resolve(each.image),
  })
  const containers = spec.containers.map(resolved)
  const initContainers = spec.initContainers?.map(resolved)
  return {
    ...manifest,
    metadata: { ...manifest.metadata, name },
    spec: { ...spec, containers, ...(initContainers ? { initContainers } : {}) },
  }
}
