import { kubeletRoots } from './kubeletRoots.ts'
import type { NodeProbe } from './nodeProbe.ts'

/** The folder in which the node's kubelet keeps a pod: its volumes below `volumes`. Null where it is in none of the known places. */
export async function podFolder(node: Pick<NodeProbe, 'list'>, podUid: string): Promise<string | null> {
  const folders = kubeletRoots.map((root) => `${root}/pods/${podUid}`)
  const found = await Promise.all(folders.map(async (folder) => (await node.list(folder)).includes('volumes')))
  return folders[found.indexOf(true)] ?? null
}
