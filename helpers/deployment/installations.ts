import type { ReadApi } from '../behaviour.ts'
import { FactUnknownError } from '../facts/armFacts.ts'
import { environmentOf, kataDeploy } from './kataDeploy.ts'

type Environment = Readonly<Record<string, string>>

const suffixOf = (environment: Environment): string => environment['MULTI_INSTALL_SUFFIX'] ?? ''

/** kata-deploy's environment of each installation, which a suffix tells apart; an empty one where kata-deploy is not there. */
export async function installations(api: ReadApi): Promise<readonly Environment[]> {
  try {
    const { daemonSets, jobs } = await kataDeploy(api)
    const all = [...daemonSets, ...jobs].map(environmentOf)
    const suffixes = [...new Set(all.map(suffixOf))]
    return suffixes.map(
      (suffix) => Object.assign({}, ...all.filter((each) => suffixOf(each) === suffix)) as Environment,
    )
  } catch (error) {
    if (error instanceof FactUnknownError) return [{}]
    throw error
  }
}

/** Handlers that an installation is told to install, on nodes of any architecture (binary/src/config.rs: SHIMS, SHIMS_<arch>). */
export function enabledHandlers(environment: Environment): string[] {
  const suffix = suffixOf(environment)
  const shims = Object.entries(environment)
    .filter(([name]) => /^SHIMS(_|$)/.test(name))
    .flatMap(([, value]) => value.split(/\s+/).filter((shim) => shim !== ''))
  return [...new Set(shims)].map((shim) => `kata-${shim}${suffix === '' ? '' : `-${suffix}`}`)
}
