import type { Departures } from '../faults/departures.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { shimName, type KataHandler } from '../shims/kataHandler.ts'
import type { KataRelease } from '../shims/kataRelease.ts'

/** Handlers that kata-deploy configures for the scenario's classes, whatever becomes of the RuntimeClass objects. */
export function handlersOf(
  scenario: Scenario,
  release: KataRelease,
  departures: Pick<Departures, 'renamedHandlers' | 'furtherHandlers'>,
): KataHandler[] {
  const like = scenario.runtimeClasses.find(({ handler }) => handler === 'kata-qemu')
  const further = like ? departures.furtherHandlers.map((handler) => ({ ...like, handler })) : []
  return [...scenario.runtimeClasses, ...further].map(({ handler, shim, hypervisor, dropIn, confidential = null }) => ({
    name: departures.renamedHandlers[handler] ?? handler,
    shim: shimName(shim, hypervisor, release, confidential),
    language: shim,
    hypervisor,
    confidential,
    custom: dropIn === null ? null : handler,
    dropIn,
  }))
}
