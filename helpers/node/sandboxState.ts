import type { NodeProbe } from './nodeProbe.ts'

/**
 * Where shims keep what belongs to a sandbox while it lives: the Go shim's sockets and state, the Rust shim's, and the directory that both share with
 * the guest, with the bind mounts of its containers. Source: Kata 3.26.0, virtcontainers/persist/fs, runtime-rs shim-interface; recorded for the Go shim.
 */
const folders = ['/run/vc/vm', '/run/vc/sbs', '/run/kata', '/run/kata-containers/shared/sandboxes'] as const

/** Firecracker's folder has the id cut to 32 characters (Kata fc.go, truncateID). */
const shortestId = 32

/** Paths on the node that carry a sandbox's id. */
export async function sandboxState(node: Pick<NodeProbe, 'list'>, sandboxId: string): Promise<readonly string[]> {
  const id = sandboxId.slice(0, shortestId)
  const found = await Promise.all(
    folders.map(async (folder) =>
      (await node.list(folder)).filter((name) => name.includes(id)).map((name) => `${folder}/${name}`),
    ),
  )
  return found.flat()
}
