/**
 * Does the claim hold for this release of Kata? Ranges of the catalogue begin with `>=X.Y` or are prose; prose limits nothing.
 * Returns null when it does, else the reason.
 */
export function outsideVersions(versions: string, kataVersion: string | null): string | null {
  const minimum = /^>=\s*(\d+)\.(\d+)/.exec(versions)
  if (!minimum || kataVersion === null) return null
  const [major = 0, minor = 0] = kataVersion.split('.').map(Number)
  const older = major < Number(minimum[1]) || (major === Number(minimum[1]) && minor < Number(minimum[2]))
  return older ? `the claim is about Kata ${versions}, the cluster runs ${kataVersion}` : null
}
