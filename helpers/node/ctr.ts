import { hostRoot } from './hostFile.ts'

/** Where distributions keep ctr. Source: containerd's releases and Debian; RKE2 and K3s documentation (k3s is ctr when called so). */
const binaries = [
  '/usr/local/bin/ctr',
  '/usr/bin/ctr',
  '/opt/bin/ctr',
  '/var/lib/rancher/rke2/bin/ctr',
  '/var/lib/rancher/k3s/data/current/bin/ctr',
]

const sockets = ['/run/k3s/containerd/containerd.sock', '/run/k0s/containerd.sock', '/run/containerd/containerd.sock']

const absent = 'no ctr'

/** Asks the node's own ctr, if it has one, for the containers that the CRI made (containerd's namespace k8s.io). Listing changes nothing. */
export const ctrContainersArgv = (): string[] => ['sh', '-c', listScript]

const listScript = `for binary in ${binaries.join(' ')}; do
  chroot ${hostRoot} "$binary" --version >/dev/null 2>&1 || continue
  for socket in ${sockets.join(' ')}; do
    [ -S "${hostRoot}$socket" ] || continue
    exec chroot ${hostRoot} "$binary" --address "$socket" --namespace k8s.io containers list
  done
done
echo "${absent}"`

/** RUNTIME by CONTAINER of the table that `ctr containers list` prints. Null when the node has no ctr. Throws Error when it is another table. */
export function parseCtrContainers(stdout: string): ReadonlyMap<string, string> | null {
  if (stdout.trim() === absent) return null
  const [head = '', ...rows] = stdout.split('\n').filter((line) => line.trim() !== '')
  if (!/^CONTAINER\s+IMAGE\s+RUNTIME\s*$/.test(head)) throw new Error(`no table of ctr: ${head.slice(0, 100)}`)
  return new Map(
    rows.map((row) => {
      const cells = row.trim().split(/\s+/)
      return [cells[0] ?? '', cells.at(-1) ?? '']
    }),
  )
}
