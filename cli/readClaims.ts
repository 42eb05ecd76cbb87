import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Claim } from '../engine/catalog/claim.ts'
import { writeAtomically } from '../reports/atomicFile.ts'

type ListedClaim = Claim & { readonly chapter: string }

const project = path.join(import.meta.dirname, '..')

const cacheFolder = (): string =>
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'kata-conformance')

/**
 * The claims of every chapter, in order of their folders' names, as the files have them. What is shipped was validated (loadCatalog does, on every run
 * and in the tests); to print it, loading the validation would take as long as all the rest. To read the YAML takes a third of the rest: what was read is
 * kept under the digest of the files' own text, so that an edited file is read anew.
 */
export async function readClaims(
  folder = path.join(project, 'specs'),
  cache = path.join(cacheFolder(), 'claims.json'),
): Promise<readonly ListedClaim[]> {
  const texts = readdirSync(folder)
    .map((name) => path.join(folder, name, 'behaviours.yaml'))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
  // The release of the YAML library is in package.json.
  const digest = createHash('sha256')
  for (const text of [readFileSync(path.join(project, 'package.json'), 'utf8'), ...texts])
    digest.update(`${text.length}\n${text}`)
  const key = digest.digest('hex')
  const kept = keptUnder(key, cache)
  if (kept) return kept
  const { load } = await import('js-yaml')
  const claims = texts.flatMap((text) => {
    const { chapter, claims: ofChapter } = load(text) as { chapter: string; claims: Claim[] }
    return ofChapter.map((claim) => ({ ...claim, chapter }))
  })
  try {
    writeAtomically(cache, JSON.stringify({ key, claims }))
  } catch {
    // A home that cannot be written costs time, nothing else.
  }
  return claims
}

function keptUnder(key: string, cache: string): readonly ListedClaim[] | null {
  try {
    const kept = JSON.parse(readFileSync(cache, 'utf8')) as { key: string; claims: ListedClaim[] }
    return kept.key === key ? kept.claims : null
  } catch {
    return null
  }
}
