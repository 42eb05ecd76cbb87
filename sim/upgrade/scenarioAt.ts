import type { RuntimeClassScenario, Scenario } from '../scenarios/scenario.ts'
import { kataRelease, type KataRelease } from '../shims/kataRelease.ts'
import { shimName } from '../shims/kataHandler.ts'
import type { UpgradeCourse } from './upgradeFaults.ts'

/** The scenario as the chart of another release would have made it from the same values: names, overhead, default class. */
export function scenarioAt(
  scenario: Scenario,
  version: string,
  { droppedClasses, overheadFactor }: Pick<UpgradeCourse, 'droppedClasses' | 'overheadFactor'>,
): Scenario {
  const release = kataRelease(version)
  const classes = scenario.runtimeClasses
    .filter(({ name, dropIn }) => name !== 'kata' && (dropIn === null || release.customRuntimes))
    .map((entry) => classAt(entry, release, overheadFactor))
    .filter(({ name }) => !droppedClasses.includes(name))
  const hasDefault = scenario.runtimeClasses.some(({ name }) => name === 'kata')
  const byDefault = classes.filter(({ name }) => hasDefault && name === `kata-${release.defaultShim}`)
  return {
    ...scenario,
    kataVersion: version,
    runtimeClasses: [...classes, ...byDefault.map((entry) => ({ ...entry, name: 'kata' }))],
  }
}

function classAt(entry: RuntimeClassScenario, release: KataRelease, factor: number): RuntimeClassScenario {
  const { shim, hypervisor, variant, dropIn, overhead } = entry
  const name = dropIn === null ? `kata-${shimName(shim, hypervisor, release, variant)}` : entry.name
  const qemu = hypervisor === 'qemu' && (variant === null || variant === 'coco-dev')
  const mib = qemu ? release.qemuOverheadMiB : Number.parseInt(overhead?.memory ?? '0', 10)
  return {
    ...entry,
    name,
    handler: name,
    overhead: overhead === null ? null : { ...overhead, memory: `${mib * factor}Mi` },
  }
}
