import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { load } from 'js-yaml'
import type { Claim } from '../engine/catalog/claim.ts'

const specs = path.join(import.meta.dirname, '..', 'specs')

/**
 * The claims of every chapter, in order of their folders' names, as the files have them. What is shipped was validated (loadCatalog does, on every run and in
 * the tests); to print it, loading the validation would take as long as all the rest.
 */
export function readClaims(folder = specs): (Claim & { readonly chapter: string })[] {
  return readdirSync(folder)
    .map((name) => path.join(folder, name, 'behaviours.yaml'))
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const { chapter, claims } = load(readFileSync(file, 'utf8')) as { chapter: string; claims: Claim[] }
      return claims.map((claim) => ({ ...claim, chapter }))
    })
}
