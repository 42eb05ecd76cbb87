import type { PodHandle } from '../pods/podHandle.ts'

/** Text at the start of a block device as a container reads it, or "cannot be read: …". @param length bytes, at most 512 */
export async function diskHead(pod: PodHandle, path: string, length: number): Promise<string> {
  const script =
    'dd if="$1" bs=512 count=1 2>/tmp/why | tr -d "\\0" | head -c "$2"; [ -s /tmp/why ] && tail -n 1 /tmp/why >&2'
  const { stdout, stderr } = await pod.exec(['sh', '-c', script, 'head', path, String(length)])
  return stdout !== '' ? stdout : `cannot be read: ${stderr.trim()}`
}
