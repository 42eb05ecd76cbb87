import type { PodHandle } from '../pods/podHandle.ts'

/** SHA-256 of a file as a container sees it; null when it is not there or cannot be read. */
export async function sha256(pod: PodHandle, path: string): Promise<string | null> {
  const { stdout, exitCode } = await pod.read(['sha256sum', path])
  return exitCode === 0 ? (/^[0-9a-f]{64}/.exec(stdout)?.[0] ?? null) : null
}

/** Text of a file as a container sees it, or "cannot be read: …" with what was said instead. */
export async function textOf(pod: PodHandle, path: string, container?: string): Promise<string> {
  const { stdout, stderr, exitCode } = await pod.read(['cat', path], container === undefined ? {} : { container })
  return exitCode === 0 ? stdout : `cannot be read: ${stderr.trim()}`
}

/** "regular file", "directory", "block special file" as stat says it; "nothing" where nothing is. */
export async function fileKind(pod: PodHandle, path: string, container?: string): Promise<string> {
  const { stdout, exitCode } = await pod.read(
    ['stat', '-L', '-c', '%F', path],
    container === undefined ? {} : { container },
  )
  return exitCode === 0 ? stdout.trim().replace('regular empty file', 'regular file') : 'nothing'
}
