import type { ReadApi } from '../behaviour.ts'
import { FactUnknownError } from '../facts/armFacts.ts'
import { customRuntimes, type CustomRuntime } from '../facts/customRuntimes.ts'
import { configMaps, kataDeploy } from './kataDeploy.ts'

/**
 * A custom runtime as kata-deploy was told of it: its base, and what is laid over it. What the operator asked for, to hold the nodes against. Throws
 * FactUnknownError where kata-deploy's ConfigMap does not tell.
 */
export async function askedRuntime(api: ReadApi, handler: string): Promise<CustomRuntime> {
  const found = customRuntimes(await configMaps(api, await kataDeploy(api)))
  const asked = found.find((each) => each.handler === handler)
  if (asked) return asked
  const others = found.map((each) => each.handler).join(', ') || 'none'
  throw new FactUnknownError(
    `the custom runtime ${handler}`,
    `kata-deploy's ConfigMap has ${others}, or may not be read`,
  )
}
