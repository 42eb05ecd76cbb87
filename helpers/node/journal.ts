import { hostRoot } from './hostFile.ts'

/** Where distributions have it; NixOS the last. */
const binaries = ['/usr/bin/journalctl', '/bin/journalctl', '/run/current-system/sw/bin/journalctl']

/** Logs of containerd and kubelet that never reach the journal. Source: RKE2 and K3s documentation, "Logs". */
const ownFiles = [
  '/var/lib/rancher/rke2/agent/containerd/containerd.log',
  '/var/lib/rancher/rke2/agent/logs/kubelet.log',
  '/var/lib/rancher/k3s/agent/containerd/containerd.log',
]

/** Where a node without journald keeps it. */
const syslogs = ['/var/log/syslog', '/var/log/messages']

/** Of each source. What is older is left out: the end is where it failed. */
const LIMIT_BYTES = 64 * 1024
/** How far back files are searched, which have no time to ask by. */
const SEARCHED_BYTES = 16 * 1024 * 1024

/**
 * Prints the lines of the node's logs that name one of these ids, of the last seconds, each source below a line that names it. journalctl is the node's
 * own, below the host's read-only root: it opens the journal's files, and writes none.
 * @param ids pod UIDs, sandbox ids: texts that nothing else on the node carries
 */
export const journalArgv = (ids: readonly string[], seconds: number): string[] => [
  ...['sh', '-c', journalScript, 'journal', String(Math.ceil(seconds))],
  ids.map((id) => id.replace(/[^\w-]/g, '[$&]')).join('|'),
]

const journalScript = `since=$1
journal=
for binary in ${binaries.join(' ')}; do
  [ -x "${hostRoot}$binary" ] || continue
  journal=$binary
  echo "--- $binary, the last $since s"
  chroot ${hostRoot} "$binary" --no-pager --quiet --output=short-iso-precise "--since=-\${since}s" 2>&1 | grep -E -e "$2" | tail -c ${LIMIT_BYTES}
  break
done
others=
[ -n "$journal" ] || others='${syslogs.join(' ')}'
for file in ${ownFiles.join(' ')} $others; do
  [ -f "${hostRoot}$file" ] || continue
  echo "--- $file"
  tail -c ${SEARCHED_BYTES} "${hostRoot}$file" | grep -E -e "$2" | tail -c ${LIMIT_BYTES}
done
exit 0`
