import type { Departures } from '../faults/departures.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { shimName, type KataHandler } from '../shims/kataHandler.ts'
import type { KataRelease } from '../shims/kataRelease.ts'

/** Handlers that kata-deploy configures for the scenario's classes, whatever becomes of the RuntimeClass objects. */
export function handlersOf(
  scenario: Scenario,
  release: KataRelease,
  departures: Pick<Departures, 'renamedHandlers' | 'furtherHandlers' | 'customRuntimesRead'>,
): KataHandler[] {
  const stock = departures.customRuntimesRead === 'stock'
  // The default class has the handler of another.
  const classes = scenario.runtimeClasses.filter(({ name }) => name !== 'kata')
  const like = classes.find(({ handler }) => handler === 'kata-qemu')
  const further = like ? departures.furtherHandlers.map((handler) => ({ ...like, handler })) : []
  return [...classes, ...further].map(({ handler, shim, hypervisor, variant, dropIn }) => ({
    name: departures.renamedHandlers[handler] ?? handler,
    shim: shimName(shim, hypervisor, release, variant),
    language: shim,
    hypervisor,
    custom: dropIn === null || stock ? null : handler,
    dropIn: stock ? null : dropIn,
    variant,
  }))
}
