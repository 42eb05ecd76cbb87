import { runsKata } from '../node/containerdConfig.ts'
import { isTable, tomlAt } from '../node/mergeToml.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { containerdOf } from './containerdOf.ts'

/** Keys of a hypervisor's table that name files of the installation. */
const fileKeys = ['path', 'kernel', 'image', 'initrd', 'virtio_fs_daemon']

/** A guest of IBM Secure Execution is encrypted for the keys of its hosts: the operator makes it, kata-deploy has none (docs/how-to, IBM Secure Execution). */
const madeByTheOperator = /\/kata-containers-se\.img$/

/** A file that a Kata handler of a node is configured to run or to boot. */
export interface HandlerFile {
  readonly handler: string
  /** What it is to the handler: shim, or a key of the hypervisor's table. */
  readonly role: string
  readonly path: string
}

/**
 * Files that the node's Kata handlers are configured to run and to boot: shim, hypervisor, virtiofsd, guest kernel and image. What is '' or not absolute is
 * none (an in-shim VMM). Of an installation in a folder only what is in there: up to 3.26 the QEMU of TDX is the distribution's, which nodes without TDX
 * need not have (kata-deploy, configure_tdx).
 */
export async function handlerFiles(node: NodeProbe, folder: string): Promise<HandlerFile[]> {
  const handlers = (await containerdOf(node)).runtimes.filter(runsKata)
  const configured = await Promise.all(
    handlers.map(async ({ handler, path }) => {
      const hypervisors = tomlAt((await node.effectiveToml(handler))?.values ?? {}, 'hypervisor')
      const tables = isTable(hypervisors) ? Object.values(hypervisors).filter(isTable) : []
      const keys = tables.flatMap((table) => fileKeys.map((key) => ({ handler, role: key, path: table[key] })))
      return [{ handler, role: 'shim', path }, ...keys]
    }),
  )
  const named = configured
    .flat()
    .filter((each): each is HandlerFile => typeof each.path === 'string' && each.path.startsWith('/'))
    .filter(({ path }) => !madeByTheOperator.test(path))
  const below = named.filter(({ path }) => path.startsWith(`${folder}/`))
  return below.length > 0 ? below : named
}
