import type { ExecResult } from '../cluster/cluster.ts'
import { NodeProbeError } from './nodeProbeError.ts'
import { detachScript, loopScript } from './loopDevice.ts'
import { killScript } from './killScript.ts'
import type { HostBlockDevice, HostFolder, NodeChanges } from './nodeChanges.ts'
import type { NodeProbe } from './nodeProbe.ts'
import { isKataShim } from './sandboxProcesses.ts'
import { folders, hostDevices, ipcFolders } from './workshopPod.ts'

/** Runs a command in the workshop pod of a node. It may change the node: never repeated. */
export type RunInWorkshop = (argv: readonly string[]) => Promise<ExecResult>

export interface UndoableChanges extends NodeChanges {
  /** Whether anything was changed, and not undone. */
  readonly made: boolean
  /** Undoes the changes, last first. Throws NodeProbeError when one stays. */
  undo(): Promise<void>
}

/** Pods whose processes may be ended. */
export interface OwnPods {
  /** Whether this very run has made the pod of this UID, and not removed it. */
  has(uid: string): boolean
  /** As the probe of the node sees it now. */
  readonly sandbox: NodeProbe['sandbox']
}

let count = 0

/** @param tag what everything that is made is named after: `nodeTag(runId)` */
export function createNodeChanges(run: RunInWorkshop, node: string, tag: string, ownPods: OwnPods): UndoableChanges {
  const undos: (() => Promise<unknown>)[] = []

  async function must(script: string, ...args: string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await run(['sh', '-ec', script, 'workshop', ...args])
    if (exitCode !== 0) {
      const what = `${script.split('\n')[0] ?? ''} (${args.join(', ')})`
      throw new NodeProbeError(node, `${what}: exit status ${exitCode}, ${stderr.trim()}`)
    }
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
    async blockDevice(sizeMiB): Promise<HostBlockDevice> {
      count += 1
      const name = `${tag}-${count}`
      const [file, node, magic] = [`${folders}/${name}.img`, `${hostDevices}/${name}`, `MAGIC-${name}`]
      undos.push(() => must(detachScript, file, node))
      await must(loopScript, file, node, magic, String(sizeMiB))
      return {
        path: `/dev/${name}`,
        sizeBytes: sizeMiB * 1024 * 1024,
        magic,
        read: (offset, length) =>
          must(
            'dd if="$1" bs=512 skip="$2" count="$3" 2>/dev/null | head -c "$4"',
            file,
            String(offset / 512),
            String(Math.ceil(length / 512)),
            String(length),
          ),
      }
    },
    async killVmm({ uid, name }, { pid, comm, startTicks }) {
      const refuse = (why: string): never => {
        throw new NodeProbeError(node, `${why}: nothing was killed`)
      }
      if (!ownPods.has(uid)) return refuse(`pod ${name} is not of this run`)
      const { hypervisors, shims } = await ownPods.sandbox(uid)
      const vmms = hypervisors.length > 0 ? hypervisors : shims.filter(isKataShim)
      if (!vmms.some((each) => each.pid === pid && each.startTicks === startTicks))
        return refuse(`process ${pid} (${comm}) is not the VMM of pod ${name}`)
      await must(killScript, String(pid), String(startTicks))
    },
    get made() {
      return undos.length > 0
    },
    async undo() {
      for (const undo of undos.splice(0).reverse()) await undo()
    },
  }
}
