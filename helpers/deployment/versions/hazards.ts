import { crossed, orderOf, type Release } from './releases.ts'
import type { VersionChange } from './versionChange.ts'

type Told = Pick<VersionChange, 'weight' | 'subject' | 'consequence' | 'source'>

/** What a release does while it is replaced, or the next one while it installs, that nobody reads off its values. */
export function hazards(from: Release, to: Release): VersionChange[] {
  const between = crossed(from, to)
  const at = (release: Release, first: Release) => orderOf(release) >= orderOf(first)
  const told: Told[] = []
  if (from === '3.28')
    told.push({
      weight: 'disrupts',
      subject: 'kata-deploy 3.28 cleans up on SIGTERM',
      consequence:
        'every node’s old kata-deploy pod removes /opt/kata and restarts containerd when it is replaced: all running Kata pods of the node die. Drain each node first, or delete the DaemonSet with --cascade=orphan and its pods with --force before the upgrade',
      source: 'kata-containers#12761; 7a08ef2f8d, fixed in 3.29.0 by b4b62417ed',
    })
  if (to === '3.28')
    told.push({
      weight: 'disrupts',
      subject: 'kata-deploy 3.28 cleans up on SIGTERM',
      consequence:
        'any restart of its pods from now on, and the next upgrade, removes /opt/kata and kills all running Kata pods of the node: go to 3.29 or newer instead',
      source: 'kata-containers#12761; 7a08ef2f8d, fixed in 3.29.0 by b4b62417ed',
    })
  if (!at(to, '3.31'))
    told.push({
      weight: 'know',
      subject: 'Ready is not installed',
      consequence:
        'the DaemonSet has no probes: its pods are Ready before the installation has ended. What counts is the node label and a new Kata pod that runs',
      source: 'kata-containers#6866; probes from 3.31',
    })
  if (!at(from, '3.27') || !at(to, '3.27'))
    told.push({
      weight: 'act',
      subject: 'clean-up on one node only',
      consequence:
        'up to 3.26 `helm uninstall` cleans one node up: an uninstallation leaves /opt/kata, labels and containerd’s configuration on the others',
      source: 'kata-deploy 3.26: post-delete hook; per-node preStop from 3.27 (50923b6d62)',
    })
  if (between.includes('3.26'))
    told.push({
      weight: 'know',
      subject: 'the installer is another program',
      consequence: 'kata-deploy is a Rust binary from 3.26: whatever parsed the log of the script before reads another',
      source: 'tools/packaging/kata-deploy/binary, 3.26.0',
    })
  told.push(
    {
      weight: 'know',
      subject: 'containerd restarts on every node',
      consequence:
        'running sandboxes survive a restart of containerd, exec and port-forward sessions may end; nodes show NotReady for seconds',
      source:
        'kata-deploy: install replaces artifacts (running VMs keep the old files), restarts the CRI, sets the label',
    },
    {
      weight: 'know',
      subject: 'k3s and RKE2 may lose the node label',
      consequence:
        'where the kubelet registers anew the label katacontainers.io/kata-runtime can vanish after the installation: new Kata pods stay Pending on that node',
      source: 'kata-containers#13089, #10809',
    },
  )
  return told.map((each) => ({ kind: 'hazard', before: null, after: null, ...each }))
}
