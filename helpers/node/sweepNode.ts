import type { RunInWorkshop } from './createNodeChanges.ts'
import { NodeProbeError } from './nodeProbeError.ts'
import { folders, hostDevices, ipcFolders } from './workshopPod.ts'

/**
 * Removes what a run made on a node, by its name alone: loop devices over its files, its device nodes, its processes, its folders. Each step
 * leaves alone what is not named after the tag as createNodeChanges.ts does it: the tag of another run may begin alike. All of it may be repeated.
 */
const script = `
is_ours() {
  number=\${1#"$tag-"}
  [ "$number" != "$1" ] || return 1
  number=\${number%.img}
  number=\${number%.pid}
  case $number in '' | *[!0-9]*) return 1 ;; esac
}
tag=$1
for backing in /sys/block/loop*/loop/backing_file; do
  [ -e "$backing" ] || continue
  # Without the pod through whose mount it was opened, the path lacks what lies above that mount.
  path=$(cat "$backing")
  # So the kernel ends the path of a file that was removed.
  path=\${path%' (deleted)'}
  is_ours "\${path##*/}" || continue
  device=\${backing#/sys/block/}
  losetup -d "${hostDevices}/\${device%%/*}"
  echo "loop device \${device%%/*}"
done
for file in "${folders}/$tag"-*.pid; do
  [ -e "$file" ] && is_ours "\${file##*/}" || continue
  pid=$(cat "$file")
  # The number may be another process's by now: ours carries the tag.
  if cat "/proc/$pid/environ" 2>/dev/null | tr '\\0' '\\n' | grep -q "^KATA_CONFORMANCE_TAG=$tag\$"; then
    kill -9 "$pid" && echo "process $pid"
  fi
done
for made in "${hostDevices}/$tag"-* "${folders}/$tag"-* ${ipcFolders.map((folder) => `"${folder}/$tag"-*`).join(' ')}; do
  [ -e "$made" ] && is_ours "\${made##*/}" || continue
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
