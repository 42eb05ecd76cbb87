import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A kubectl: a program, and the name that it is called by. */
export interface Kubectl {
  file: string
  argv0: string
}

/** Words of kubectl change from release to release: the recording is of this one. */
export const RELEASE = 'v1.34.'

/**
 * kubectl of the recorded release: $KUBECTL, the one on the PATH, or that of a real cluster that was built here before.
 * @returns why there is none
 */
export function findKubectl(environment: NodeJS.ProcessEnv = process.env): Kubectl | { reason: string } {
  const tried: string[] = []
  for (const kubectl of candidates(environment)) {
    const version = versionOf(kubectl)
    if (version?.startsWith(RELEASE)) return kubectl
    tried.push(`${kubectl.file} (${version ?? 'does not run'})`)
  }
  const found = tried.length > 0 ? `found ${tried.join(', ')}` : 'none is on the PATH'
  return { reason: `kubectl ${RELEASE}x is needed: ${found}; set KUBECTL` }
}

function candidates(environment: NodeJS.ProcessEnv): Kubectl[] {
  const { KUBECTL, PATH = '', XDG_CACHE_HOME } = environment
  if (KUBECTL) return [{ file: KUBECTL, argv0: 'kubectl' }]
  const onPath = PATH.split(path.delimiter)
    .map((folder) => path.join(folder, 'kubectl'))
    .filter((file) => existsSync(file))
  const cache = path.join(XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'kata-conformance/cluster')
  const built = builtBinaries(cache)
  return [...onPath.slice(0, 1), ...built].map((file) => ({ file, argv0: 'kubectl' }))
}

/** All of Kubernetes in one program, which is kubectl when it is called so. */
const builtBinaries = (cache: string): string[] =>
  existsSync(cache)
    ? readdirSync(cache)
        .filter((name) => name.startsWith('hyperkube-'))
        .map((name) => path.join(cache, name, 'hyperkube'))
    : []

function versionOf({ file, argv0 }: Kubectl): string | null {
  const { stdout } = spawnSync(file, ['version', '--client', '-o', 'json'], { argv0, encoding: 'utf8' })
  try {
    return (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion
  } catch {
    return null
  }
}
