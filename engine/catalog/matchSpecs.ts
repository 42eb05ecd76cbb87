import type { RegisteredBehaviour } from '../../helpers/behaviour.ts'
import type { Catalog } from './loadCatalog.ts'

/**
 * What does not fit between claims and checks, one line each: a check without a claim, a claim without a check, a reason or
 * "not yet", a claim with both, cases that differ, a check that names no fault. Empty when all is well.
 */
export function matchSpecs(
  catalog: Catalog,
  registered: readonly RegisteredBehaviour[],
  faults: ReadonlySet<string>,
): string[] {
  const problems: string[] = []
  const checks = new Map(registered.map((each) => [each.id, each]))
  for (const { id, file, definition } of registered) {
    const claim = catalog.claims.get(id)
    if (!claim) {
      problems.push(`${file}: ${id} has no claim; add it to the chapter's behaviours.yaml`)
      continue
    }
    if (claim.reason) problems.push(`${file}: ${id} has a check, and a reason why it has none; remove one`)
    const claimed = (claim.cases ?? []).map((row) => row.id)
    const rows = typeof definition.cases === 'function' ? {} : (definition.cases ?? {})
    for (const row of Object.keys(rows)) {
      if (!claimed.includes(row)) problems.push(`${file}: ${id} has case ${row}, which its claim does not list`)
    }
    const killers = Object.keys(definition.killedBy)
    if (killers.length === 0)
      problems.push(`${file}: ${id} names no fault that turns it red; a check that cannot fail proves nothing`)
    for (const fault of killers) {
      if (!faults.has(fault)) problems.push(`${file}: ${id} is killed by ${fault}, which is no fault of the simulator`)
    }
  }
  for (const claim of catalog.claims.values()) {
    if (checks.has(claim.id) || claim.reason) continue
    problems.push(`specs/${claim.folder}/behaviours.yaml: ${claim.id} has no check, and no reason why it has none`)
  }
  return problems
}
