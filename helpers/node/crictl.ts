import { hostRoot } from './hostFile.ts'

/** Where distributions keep crictl. Source: RKE2 and K3s documentation (k3s is crictl when called so). */
const binaries = [
  '/usr/local/bin/crictl',
  '/usr/bin/crictl',
  '/opt/bin/crictl',
  '/var/lib/rancher/rke2/bin/crictl',
  '/var/lib/rancher/k3s/data/current/bin/crictl',
]

const sockets = [
  '/run/k3s/containerd/containerd.sock',
  '/run/k0s/containerd.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
]

const absent = 'no crictl'

/** Asks the node's own crictl, if it has one, for the sandboxes of a pod. Asking the CRI changes nothing. */
export const crictlArgv = (podUid: string): string[] => ['sh', '-c', crictlScript, 'probe', podUid]

const crictlScript = `for binary in ${binaries.join(' ')}; do
  chroot ${hostRoot} "$binary" --version >/dev/null 2>&1 || continue
  for socket in ${sockets.join(' ')}; do
    [ -S "${hostRoot}$socket" ] || continue
    exec chroot ${hostRoot} "$binary" --runtime-endpoint "unix://$socket" pods -o json --label "io.kubernetes.pod.uid=$1"
  done
done
echo "${absent}"`

/**
 * The runtimeHandler of the pod's newest sandbox; '' is the default runtime. Null when the node has no crictl.
 * Throws SyntaxError or Error when the answer names no sandbox of the pod.
 */
export function parseCrictl(stdout: string, podUid: string): string | null {
  if (stdout.trim() === absent) return null
  const answer = JSON.parse(stdout) as {
    items?: { createdAt?: string; metadata?: { uid?: string }; runtimeHandler?: string }[]
  }
  const sandboxes = (answer.items ?? [])
    .filter((each) => each.metadata?.uid === podUid)
    .sort((a, b) => Number(BigInt(b.createdAt ?? 0) - BigInt(a.createdAt ?? 0)))
  const newest = sandboxes[0]
  if (!newest) throw new Error(`crictl knows no sandbox of pod ${podUid}`)
  return newest.runtimeHandler ?? ''
}
