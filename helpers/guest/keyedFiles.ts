import type { PodHandle } from '../pods/podHandle.ts'

const header = /^== (\S+)$/

/**
 * Files of a container that are there, by path, in one exec: pseudo-files that belong together are read at nearly the same moment.
 * A path that does not exist is left out.
 */
export async function keyedFiles(pod: PodHandle, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const script = `for f in ${paths.join(' ')}; do if [ -r $f ]; then echo "== $f"; cat $f; fi; done`
  const { stdout, stderr, exitCode } = await pod.read(['sh', '-c', script])
  if (exitCode !== 0) throw new Error(`reading ${paths.join(', ')} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return parseKeyed(stdout)
}

export function parseKeyed(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  let path: string | undefined
  for (const line of text.split('\n')) {
    const [, next] = header.exec(line) ?? []
    if (next !== undefined) files.set((path = next), '')
    else if (path !== undefined) files.set(path, `${files.get(path) ?? ''}${line}\n`)
  }
  return files
}
