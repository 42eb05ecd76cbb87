import { readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { registeredBehaviours, type RegisteredBehaviour } from '../../helpers/behaviour.ts'
import { specsFolder } from './loadCatalog.ts'

/** Every spec file, in the order in which mocha loads them. */
export function specFiles(folder = specsFolder): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.spec.ts'))
    .sort()
    .map((file) => path.join(folder, file))
}

/** Imports the spec files, which declare their behaviours. */
export async function loadSpecs(files = specFiles()): Promise<readonly RegisteredBehaviour[]> {
  for (const file of files) await import(pathToFileURL(file).href)
  return registeredBehaviours()
}
