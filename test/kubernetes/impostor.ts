// What may be green, and what may be skipped, where every kata handler is really runc. All else that the suite checks must be red there.

/** Claims, or rows of them, that pass on the impostor, each with why that is right. What only a VM can make so has no place here. */
export const passesOnRunc: Readonly<Record<string, string>> = {
  'KATA-ANNOT-004': 'what containerd hands on to a handler says nothing about what the handler is',
  'KATA-ARCH-007': 'a log holds what the container wrote, whatever carried it',
  'KATA-ARCH-008': 'SIGTERM and its grace period are the same for every runtime',
  'KATA-CTR-005': 'that containerd refuses class and annotation together does not depend on the runtime',
  'KATA-OVERHEAD-001': 'what the API server counts for a pod says nothing about what runs it',
  'KATA-DEPLOY-009': 'StratoVirt is absent where there is nothing of Kata at all',
  'KATA-DEPLOY-015': 'the objects are those that the profile declares',
  'KATA-EBPF-003 a': 'that no CNI runs under a Kata class does not depend on what the class runs',
  'KATA-EBPF-003 b': 'that no agent of the node runs under a Kata class does not depend on what the class runs',
  'KATA-PIDNS-001': 'a container has a PID namespace of its own under every runtime',
  'KATA-PIDNS-005': 'shareProcessNamespace is the same for every runtime',
  'KATA-PRIV-004': 'Pod Security admission does not look at the RuntimeClass',
  'KATA-PSA-003': 'levels of namespaces and what they admit have nothing to do with what runs',
  'KATA-PREREQ-002': '/dev/kvm is the real one of the node; a node without is not tested at all',
  'KATA-PROC-002': "the agent's rule for mounts below /proc is runc's",
  'KATA-PROC-003': "the agent's rule for mounts below /proc is runc's",
  'KATA-PROC-004': "the agent's rule for mounts on /proc is runc's",
  'KATA-BLOCK-008': 'the API server refuses the manifest before there is a pod',
  'KATA-PROFILE-001': 'the objects are those that the profile declares',
  'KATA-RTCLASS-001': 'the object is there, and right: it says nothing about what runs',
  'KATA-RTCLASS-002': 'the object is there, and right: it says nothing about what runs',
  'KATA-RTCLASS-005': 'the object is there, and right: it says nothing about what runs',
  'KATA-RTCLASS-006': 'the object is there, and right: it says nothing about what runs',
  'KATA-RTCLASS-007': 'the objects are those that the profile declares',
  'KATA-RTCLASS-012': 'that containerd refuses an unknown handler does not depend on the others',
  'KATA-RTCLASS-014': 'the API server refuses an unknown RuntimeClass before there is a pod',
  'KATA-SHIM-009': 'classes that nobody enabled are not there: the API server refuses them',
  'KATA-TROUBLE-005': 'that a command does not exist is told by every runtime',
  'KATA-SHIM-013': 'that containerd refuses a handler which it has not does not depend on the others',
}

/** Claims about the machine: red or green as the machine is. */
export const asTheMachineIs: Readonly<Record<string, string>> = {
  'KATA-PREREQ-001': 'the CPU of the machine has vmx or svm, or not',
  'KATA-TROUBLE-007': 'the machine has /dev/kvm, or not',
}

/**
 * Claims whose control arm fails, because the test cluster has not what they are about: with which message, and why. What comes before it in the check holds.
 * The claim itself is red for being no VM.
 */
export const lackingInTheCluster: Readonly<Record<string, { readonly message: RegExp; readonly why: string }>> = {
  'KATA-EBPF-004': {
    message: /^a stranger being kept from the guarded server/,
    why: 'its CNI is the plain bridge, and nothing acts on NetworkPolicies',
  },
}

/** Reasons for which an arm may be skipped, one or several of them. That something is not Kata is none of them. */
export const mayBeSkippedFor: readonly { readonly reason: RegExp; readonly why: string }[] = [
  {
    reason: /needs node CPUs >= \d+, the node has \d+ \(status\.capacity\.cpu\)/g,
    why: 'the machine is too small for that row of the table',
  },
  {
    reason: /measures performance; run with --quiet-nodes on nodes without other load/g,
    why: 'only the operator can say that nodes are quiet',
  },
  { reason: /takes more than five minutes; run with --slow/g, why: 'only when asked for' },
  {
    reason: /kata-deploy is unknown: no DaemonSet and no Job of the cluster runs its image/g,
    why: 'nobody deployed it',
  },
  { reason: /what ctr lists is unknown: no ctr on worker-1/g, why: 'the cluster has no ctr' },
  { reason: /is about RKE2; this is kubernetes: [^;]+/g, why: 'the cluster is no RKE2' },
  { reason: /needs two Kata nodes, there are \d+/g, why: 'the cluster has one node' },
  { reason: /no class is known to have the Go shim with QEMU/g, why: 'what runs the handlers is not Kata' },
  {
    reason:
      /makes (files or devices of its own on the node, or ends processes of its own pods|a loop device on the node); run with --allow-node-changes/g,
    why: 'only the operator can say that nodes may be changed',
  },
  {
    reason:
      /needs a StorageClass for volumes of mode (block|filesystem): no StorageClass is named, and the cluster has no default one; name one with --storage-class-(block|filesystem), or let the suite make a volume with --allow-node-changes/g,
    why: 'the cluster has no StorageClass',
  },
  { reason: /can disturb other pods of the node; run with --allow-disruptive/g, why: 'only when asked for' },
  { reason: /kata-[a-z-]+ is neither there nor declared by a profile/g, why: 'a class that nobody enabled' },
  { reason: /the handler that the CRI reports is unknown: no crictl on worker-1/g, why: 'the cluster has no crictl' },
  {
    reason: /needs the snapshotter devmapper, which is not set up [^:]+: [^;]+/g,
    why: "the cluster has no devmapper, which is the operator's to set up",
  },
  {
    reason: /kata-runtime check on worker-1 is unknown: the node has no kata-runtime/g,
    why: 'nothing of Kata is installed',
  },
  {
    reason: /sandbox_cgroup_only is (false \([^)]*\)|unknown: [^;]+)/g,
    why: 'a claim about classes that have their processes in one cgroup',
  },
  {
    reason: /usable KVM is true \([^)]*\)/g,
    why: 'a claim about nodes without KVM',
  },
  {
    reason: /needs a node with(out)? Kata[^;]*(; worker-1: [^;]+)*/g,
    why: 'a claim about a second kind of node',
  },
  { reason: /the claim is about kata-[^;]+/g, why: 'a class that the cluster does not have' },
  {
    reason: /is about nodes that are virtual machines, which worker-1 is not: [^;]+/g,
    why: 'a claim about nested virtualization, on bare metal',
  },
  {
    reason: /the node being a virtual machine is false \([^)]*\)/g,
    why: 'a claim about nested virtualization, on bare metal',
  },
  {
    reason: /needs Cilium(?: with a tunnel or encryption)?: no ConfigMap kube-system\/cilium-config(?: has neither)?/g,
    why: 'the CNI is another',
  },
  {
    reason:
      /kata-[\w-]+ is not for confidential guests|worker-1 has no class (for a TEE|coco-dev) whose images it can unpack/g,
    why: 'no class for confidential guests is installed',
  },
  { reason: /no profile declares what the cluster must have \(--profile\)/g, why: 'nobody declares anything' },
  {
    reason:
      /(hypervisor|shim|default_memory|a confidential guest) is ("[\w-]+"|\d+|false) \([^()]*what kata-deploy ships[^()]*\([^()]*\)\)/g,
    why: 'a claim about classes of another kind than those two',
  },
  {
    reason: /(enable_annotations|use of block devices) is unknown: .*?, and no node has its file/g,
    why: 'no configuration of Kata is on the node',
  },
  { reason: /kata-[\w-]+ is one of kata-deploy's own shims/g, why: 'a claim about custom runtimes' },
  {
    reason: /no class has the same shim and VMM and four times its default_memory of \d+ MiB/g,
    why: 'a claim about a class and its larger twin',
  },
  {
    reason:
      /needs Kyverno, which is not installed: \S+ is not served|needs a ClusterPolicy that sets runtimeClassName; there is none \([^)]*\); let the suite make one for its own namespaces with --allow-cluster-policy/g,
    why: 'the cluster has no Kyverno',
  },
  {
    reason:
      /there is no ClusterPolicy disable-automount-sa-token|no ClusterPolicy of the cluster sets runtimeClassName|no profile says what defaultRuntimeClass is/g,
    why: 'the cluster has no Kyverno, and nobody declares that it must',
  },
  {
    reason: /which eBPF programs worker-1 has is unknown: its \/proc\/kallsyms shows none \([^)]*\)/g,
    why: 'the machine compiles no eBPF programs, or shows none',
  },
]
