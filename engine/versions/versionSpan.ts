/**
 * Does a claim's range hold for a release of kata-deploy? `>=3.26`, `<4.0`, `>=3.26 <3.27`, `3.25`, `all`. Null for a range in prose.
 * A run leaves out what is not there yet and checks the rest by facts (engine/plan/versionRange.ts); here the words of the claim count.
 */
export function holdsFor(versions: string, release: string): boolean | null {
  if (versions === 'all') return true
  const parts = versions.trim().split(/\s+/)
  const rules = parts.map((part) => /^(>=|<)?(\d+)\.(\d+)$/.exec(part))
  if (rules.some((rule) => rule === null)) return null
  const [major = 0, minor = 0] = release.split('.').map(Number)
  return rules.every((rule) => {
    const difference = (major - Number(rule?.[2])) * 1000 + minor - Number(rule?.[3])
    if (rule?.[1] === '>=') return difference >= 0
    return rule?.[1] === '<' ? difference < 0 : difference === 0
  })
}
