import type { RunInWorkshop } from './createNodeChanges.ts'
import { NodeProbeError } from './nodeProbeError.ts'
import { folders, hostDevices, ipcFolders } from './workshopPod.ts'

/**
 * Removes what a run made on a node, by its name alone: loop devices over its files, its device nodes, its processes, its folders. Each step
 * leaves alone what does not carry the tag; all of it may be repeated.
 */
const script = `
for backing in /sys/block/loop*/loop/backing_file; do
  [ -e "$backing" ] || continue
  # Without the pod through whose mount it was opened, the path lacks what lies above that mount.
  case $(cat "$backing") in */"$1"-*) ;; *) continue ;; esac
  device=\${backing#/sys/block/}
  losetup -d "${hostDevices}/\${device%%/*}"
  echo "loop device \${device%%/*}"
done
for file in "${folders}/$1"-*.pid; do
  [ -e "$file" ] || continue
  pid=$(cat "$file")
  # The number may be another process's by now: ours carries the tag.
  if cat "/proc/$pid/environ" 2>/dev/null | tr '\\0' '\\n' | grep -q "^KATA_CONFORMANCE_TAG=$1\$"; then
    kill -9 "$pid" && echo "process $pid"
  fi
done
for made in "${hostDevices}/$1"-* "${folders}/$1"-* ${ipcFolders.map((folder) => `"${folder}/$1"-*`).join(' ')}; do
  [ -e "$made" ] || continue
  rm -rf "$made"
  echo "$made"
done`

/** Returns what was removed. Throws NodeProbeError when something stays. */
export async function sweepNode(run: RunInWorkshop, node: string, tag: string): Promise<readonly string[]> {
  const { stdout, stderr, exitCode } = await run(['sh', '-c', script, 'sweep', tag])
  if (exitCode !== 0 || stderr.trim() !== '')
    throw new NodeProbeError(node, `what run ${tag} made there stays: ${stderr.trim() || `exit status ${exitCode}`}`)
  return stdout.split('\n').filter(Boolean)
}
