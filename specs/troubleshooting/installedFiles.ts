import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { isTable, tomlAt } from '../../helpers/node/mergeToml.ts'
import { runsKata } from '../../helpers/node/containerdConfig.ts'

/** Keys of a hypervisor's table that name files of the installation. */
const fileKeys = ['path', 'kernel', 'image', 'initrd', 'virtio_fs_daemon']

/**
 * Files that the node's Kata handlers are configured to run and to boot, without twins: shim, hypervisor, virtiofsd, guest kernel and image. What is
 * '' or not absolute is none (an in-shim VMM).
 */
export async function installedFiles(node: NodeProbe): Promise<string[]> {
  const handlers = (await node.containerd())?.runtimes.filter(runsKata) ?? []
  const configured = await Promise.all(
    handlers.map(async ({ handler, path }) => {
      const hypervisors = tomlAt((await node.effectiveToml(handler))?.values ?? {}, 'hypervisor')
      const tables = isTable(hypervisors) ? Object.values(hypervisors).filter(isTable) : []
      return [path, ...tables.flatMap((table) => fileKeys.map((key) => table[key]))]
    }),
  )
  return [...new Set(configured.flat())]
    .filter((path): path is string => typeof path === 'string' && path.startsWith('/'))
    .sort()
}
