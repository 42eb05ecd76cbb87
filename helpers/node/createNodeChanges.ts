import type { ExecResult } from '../cluster/cluster.ts'
import { NodeProbeError } from './nodeProbeError.ts'
import type { HostFolder, NodeChanges } from './nodeChanges.ts'
import { folders, ipcFolders } from './workshopPod.ts'

/** Runs a command in the workshop pod of a node. It may change the node: never repeated. */
export type RunInWorkshop = (argv: readonly string[]) => Promise<ExecResult>

export interface UndoableChanges extends NodeChanges {
  /** Undoes the changes, last first. Throws NodeProbeError when one stays. */
  undo(): Promise<void>
}

let count = 0

/** @param tag what everything that is made is named after: `nodeTag(runId)` */
export function createNodeChanges(run: RunInWorkshop, node: string, tag: string): UndoableChanges {
  const undos: (() => Promise<unknown>)[] = []

  async function must(script: string, ...args: string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await run(['sh', '-ec', script, 'workshop', ...args])
    if (exitCode !== 0) throw new NodeProbeError(node, `${script}: exit status ${exitCode}, ${stderr.trim()}`)
    return stdout
  }

  return {
    async folder(files = {}): Promise<HostFolder> {
      count += 1
      const path = `${folders}/${tag}-${count}`
      undos.push(() => must('rm -rf "$1"', path))
      await must('mkdir -m 0755 "$1"', path)
      const folder: HostFolder = {
        path,
        write: async (name, text) => void (await must('printf %s "$2" >"$1"', `${path}/${name}`, text)),
        async read(name) {
          const { stdout, exitCode } = await run(['cat', `${path}/${name}`])
          return exitCode === 0 ? stdout : null
        },
      }
      for (const [name, text] of Object.entries(files)) await folder.write(name, text)
      return folder
    },
    async ipcObjects() {
      count += 1
      const name = `${tag}-${count}`
      const paths = ipcFolders.map((folder) => `${folder}/${name}`)
      undos.push(() => must('rm -f "$@"', ...paths))
      await must('touch "$@"', ...paths)
      return { name }
    },
    async undo() {
      for (const undo of undos.splice(0).reverse()) await undo()
    },
  }
}
