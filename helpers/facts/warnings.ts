import type { ClassFacts, ClusterFacts, NodeFacts } from './facts.ts'
import { foreignRuntime } from './foreignRuntime.ts'

/** What in a cluster's facts will make Kata fail, or contradicts itself, one line each. No pod was run to find it. */
export function warnings(facts: ClusterFacts): string[] {
  return [
    ...(facts.classes.length === 0 ? ['there is no Kata RuntimeClass: nothing can be tested'] : []),
    ...facts.otherClasses
      .filter((name) => /^kata(-|$)/.test(name))
      .map(
        (name) =>
          `RuntimeClass ${name}: only its name says Kata; its handler, labels and nodeSelector do not. Not tested`,
      ),
    ...facts.classes.flatMap(ofClass),
    ...facts.classes.flatMap((each) => withoutSnapshotter(each, facts)),
    ...facts.nodes.flatMap((node) => ofNode(node, facts)),
    ...ofCluster(facts),
  ]
}

/** That a class's pods are not in a VM, or will not start, as no node runs its handler with Kata; null otherwise. */
export function notKata(each: ClassFacts): string | null {
  const foreign = foreignRuntime(each)
  if (foreign !== null)
    return `RuntimeClass ${each.name}: containerd runs its handler with ${foreign}, which is not Kata: these pods are not in a VM`
  return each.promised === undefined ? null : `RuntimeClass ${each.name}: ${each.promised}: its pods will not start`
}

function ofClass(each: ClassFacts): string[] {
  const found: string[] = []
  const say = (text: string) => found.push(`RuntimeClass ${each.name}: ${text}`)
  const impostor = notKata(each)
  if (impostor !== null) found.push(impostor)
  const nowhere = each.nodes.length === 0
  if (each.withoutShim !== undefined)
    say(`${nowhere ? 'not tested' : 'not tested on every node that it selects'}: ${each.withoutShim}`)
  else if (nowhere) say('no node can take its pods: its nodeSelector fits none, or taints keep them off')
  if (each.overheadMiB.value === 0) say('declares no overhead: the scheduler does not count the memory of its VMs')
  return found
}

/** Nodes on which no pod of the class can start, for want of the snapshotter that its handler names. */
function withoutSnapshotter(each: ClassFacts, { nodes }: ClusterFacts): string[] {
  const snapshotter = each.snapshotter?.value ?? ''
  const lacking = nodes.filter(
    ({ name, snapshotters }) => each.nodes.includes(name) && snapshotters?.value?.includes(snapshotter) === false,
  )
  if (snapshotter === '' || lacking.length === 0) return []
  const where = lacking.map(({ name }) => name).join(', ')
  return [
    `RuntimeClass ${each.name}: its images need the snapshotter ${snapshotter}, which is not set up on ${where}: its pods do not start before it is`,
  ]
}

function ofNode(node: NodeFacts, facts: ClusterFacts): string[] {
  const found: string[] = []
  const say = (text: string) => found.push(`node ${node.name}: ${text}`)
  if (node.kata.value !== true) return found
  if (node.kvmUsable.value === false)
    say(`${node.kvmUsable.how}: VMs cannot run here, though the node counts as one with Kata`)
  if (node.kvmUsable.value === true && node.cpuVirtualization.value === 'none') {
    say(
      '/dev/kvm opens although the CPU shows neither vmx nor svm: no VM was started to find out which of the two is true',
    )
  }
  const split = facts.classes.filter((each) => each.nodes.includes(node.name) && each.sandboxCgroupOnly.value === false)
  if (node.cgroupVersion.value === 2 && node.cgroupDriver?.value === 'systemd' && split.length > 0) {
    // Recorded on Kata 3.26.0 with containerd 1.7.24: see docs/facts.md.
    say(
      `cgroup v2 with the systemd driver, and sandbox_cgroup_only = false in ${split.map((each) => each.name).join(', ')}: ` +
        'a Kata pod without a runc pod of the same QoS class beside it can be killed by the kubelet a second after its start',
    )
  }
  return found
}

function ofCluster(facts: ClusterFacts): string[] {
  const found: string[] = [...(facts.unreadable ?? [])]
  if (facts.kataVersion.value === '3.28.0') {
    found.push(
      "Kata 3.28.0: a restart of kata-deploy's pod removes Kata from its node and ends all Kata pods there (upstream issue 12761)",
    )
  }
  if (facts.kataVersion.value === null && facts.kataVersion.how.startsWith('nodes disagree'))
    found.push(`Kata's release: ${facts.kataVersion.how}`)
  if (facts.kataVersion.how.includes('; but ')) found.push(`Kata's release: ${facts.kataVersion.how}`)
  if (facts.privilegedNamespace.value === false)
    found.push(`${facts.privilegedNamespace.how}: no node probe, and no claim that needs a privileged pod`)
  return found
}
