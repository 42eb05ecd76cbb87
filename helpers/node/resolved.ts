import type { NodeProbe } from './nodeProbe.ts'

/**
 * Where a path of the node really is; the path itself where nothing is there (any more). The kernel tells processes by that (/proc/PID/exe), while
 * configurations say /opt/kata, and /opt is a link to /var/opt where the system's image is read-only (Fedora CoreOS).
 */
export const resolved = async (node: Pick<NodeProbe, 'realPath'>, path: string): Promise<string> =>
  (await node.realPath(path)) ?? path
