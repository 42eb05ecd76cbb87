import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { load } from 'js-yaml'
import { type Chapter, ChapterFile, type Claim } from './claim.ts'

export const specsFolder = path.join(import.meta.dirname, '..', '..', 'specs')

/** The catalogue is wrong: `file: what; what would be right`, one line a fault. */
export class CatalogError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'CatalogError'
    this.problems = problems
  }
}

export interface Catalog {
  readonly chapters: readonly Chapter[]
  readonly claims: ReadonlyMap<string, Claim & { readonly chapter: string; readonly folder: string }>
}

/**
 * Reads every specs/<chapter>/behaviours.yaml, chapters in order of their folders' names.
 * Throws CatalogError with every unknown key, wrong value and duplicate id.
 */
export function loadCatalog(folder = specsFolder): Catalog {
  const problems: string[] = []
  const chapters: Chapter[] = []
  for (const entry of readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory())) {
    const file = path.join(folder, entry.name, 'behaviours.yaml')
    if (!existsSync(file)) {
      problems.push(`specs/${entry.name}: no behaviours.yaml; every chapter states its claims there`)
      continue
    }
    const chapter = readChapter(file, entry.name, problems)
    if (chapter) chapters.push(chapter)
  }
  const claims = collect(chapters, problems)
  if (problems.length > 0) throw new CatalogError(problems)
  return { chapters, claims }
}

function readChapter(file: string, folder: string, problems: string[]): Chapter | null {
  const where = `specs/${folder}/behaviours.yaml`
  let content: unknown
  try {
    content = load(readFileSync(file, 'utf8'))
  } catch (error) {
    problems.push(`${where}: ${(error as Error).message.split('\n')[0] ?? 'not YAML'}`)
    return null
  }
  const parsed = ChapterFile.safeParse(content)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const claim = issue.path[0] === 'claims' ? claimName(content, issue.path[1]) : ''
      problems.push(`${where}: ${claim}${issue.path.map(String).join('.')}: ${issue.message}`)
    }
    return null
  }
  return { name: parsed.data.chapter, title: parsed.data.title, folder, claims: parsed.data.claims }
}

const claimName = (content: unknown, index: PropertyKey | undefined): string => {
  const claims = (content as { claims?: { id?: unknown }[] } | null)?.claims
  const id = typeof index === 'number' ? claims?.[index]?.id : undefined
  return typeof id === 'string' ? `${id}: ` : ''
}

function collect(chapters: readonly Chapter[], problems: string[]) {
  const claims = new Map<string, Claim & { chapter: string; folder: string }>()
  for (const chapter of chapters) {
    for (const claim of chapter.claims) {
      const where = `specs/${chapter.folder}/behaviours.yaml`
      const twin = claims.get(claim.id)
      if (twin) problems.push(`${where}: ${claim.id} is in specs/${twin.folder}/behaviours.yaml too; ids are unique`)
      if (claim.id.split('-')[1] !== chapter.name)
        problems.push(`${where}: ${claim.id} is not of chapter ${chapter.name}`)
      claims.set(claim.id, { ...claim, chapter: chapter.name, folder: chapter.folder })
    }
  }
  return claims
}
