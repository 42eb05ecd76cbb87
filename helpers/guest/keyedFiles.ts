import type { PodHandle } from '../pods/podHandle.ts'

/**
 * Files of a container that are there, by path, in one exec: pseudo-files that belong together are read at nearly the same moment.
 * A path that does not exist is left out.
 */
export async function keyedFiles(pod: PodHandle, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const script = `for f in ${paths.join(' ')}; do if [ -r $f ]; then echo "== $f"; cat $f; fi; done`
  const { stdout, stderr, exitCode } = await pod.read(['sh', '-c', script])
  if (exitCode !== 0)
    throw new Error(`reading ${paths.join(', ')} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return parseKeyed(stdout)
}

/** Splits "== path" and what follows it. A reading without a path before it is dropped. */
export const parseKeyed = (text: string): ReadonlyMap<string, string> =>
  new Map(
    Array.from(text.matchAll(/^== (\S+)\n((?:(?!== ).*\n?)*)/gm), ([, path = '', content = '']) => [path, content]),
  )
