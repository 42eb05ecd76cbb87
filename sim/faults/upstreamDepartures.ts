/** Where the model can depart from what upstream's own tests assert. */
export interface UpstreamDepartures {
  /** µs of each 100 ms that a container without a CPU limit may run; null: as long as it likes. */
  cpuQuotaWithoutLimitUs: number | null
  /** Handlers whose entry in containerd's files names the snapshotter nydus since it was started. */
  handlersWithNydus: readonly string[]
  /** What a Kata container sees of projected volumes. */
  projectedVolumes: 'shared' | 'empty'
  /** Bytes of an exec's standard input that reach the guest. */
  execStdinBytes: number
  /** The kubelet's QoS class of a pod with overhead that asks for nothing. */
  qosOfOverhead: 'not-counted' | 'counted'
  /** Background processes of a container that has ended, in a PID namespace that the pod shares. */
  processesOfEnded: 'killed' | 'left'
  /** A request above its limit, of a pod with a RuntimeClass. */
  requestsAboveLimits: 'refused' | 'lowered'
  /** Group of a guest's own directory for an emptyDir of a pod with fsGroup. */
  emptyDirGroup: 'of-pod' | 'root'
  /** A Secret that is mounted below another volume. */
  nestedVolumes: 'shown' | 'hidden'
  /** What a hostPath of one file shows. */
  hostFiles: 'shared' | 'copied'
  cronJobs: 'run' | 'never'
  /** Where shim and virtiofsd are with sandbox_cgroup_only. */
  shimCgroup: 'as-configured' | 'overhead'
  /** ResourceQuotas that count pods. */
  podQuota: 'enforced' | 'ignored-for-kata'
  /** An ephemeral container of a Kata pod. */
  addedContainers: 'in-its-guest' | 'on-the-node' | 'in-a-guest-of-its-own' | 'restart-the-others'
  /** What the shim does of an update of a container's resources: all of it, or what not, or more. */
  resizes: 'whole' | 'without-the-cgroup' | 'without-the-vm' | 'by-a-restart'
  /** What the node's kernel keeps for each of the ninth to the sixteenth sandbox at once, MiB. */
  crowdSlabMiB: number
  /** What a shim makes of the end of its hypervisor. */
  vmmDeath: 'noticed' | 'not-noticed'
  /** Shim and virtiofsd once the sandbox has ended because its VM did. */
  shimAfterVmmDeath: 'gone' | 'running'
  /** Sandboxes of the node that end with one whose VM died: twins are of the same handler, for pods of the same labels. */
  lostSandboxTakes: 'nothing' | 'twins'
  /** The kubelet's count when a container starts again in a new sandbox. */
  restartsInNewSandbox: 'counted' | 'forgotten'
}

export const healthyUpstream: UpstreamDepartures = {
  cpuQuotaWithoutLimitUs: null,
  handlersWithNydus: [],
  projectedVolumes: 'shared',
  execStdinBytes: Infinity,
  qosOfOverhead: 'not-counted',
  processesOfEnded: 'killed',
  requestsAboveLimits: 'refused',
  emptyDirGroup: 'of-pod',
  nestedVolumes: 'shown',
  hostFiles: 'shared',
  cronJobs: 'run',
  shimCgroup: 'as-configured',
  podQuota: 'enforced',
  addedContainers: 'in-its-guest',
  resizes: 'whole',
  crowdSlabMiB: 0,
  vmmDeath: 'noticed',
  shimAfterVmmDeath: 'gone',
  lostSandboxTakes: 'nothing',
  restartsInNewSandbox: 'counted',
}

/** What each fault of upstream.yaml changes in the model, and nothing else. */
export const upstreamFaults: Record<string, Partial<UpstreamDepartures>> = {
  'cpu-quota-without-limit': { cpuQuotaWithoutLimitUs: 100_000 },
  'dragonball-handler-names-nydus': { handlersWithNydus: ['kata-dragonball'] },
  'projected-volumes-empty': { projectedVolumes: 'empty' },
  'exec-stdin-cut-at-4-kib': { execStdinBytes: 4096 },
  'qos-class-counts-overhead': { qosOfOverhead: 'counted' },
  'processes-outlive-their-container': { processesOfEnded: 'left' },
  'requests-lowered-to-limits': { requestsAboveLimits: 'lowered' },
  'emptydir-keeps-group-root': { emptyDirGroup: 'root' },
  'nested-volumes-hidden': { nestedVolumes: 'hidden' },
  'host-file-copied-at-start': { hostFiles: 'copied' },
  'shims-outside-the-pods-cgroup': { shimCgroup: 'overhead' },
  'cron-jobs-never-start': { cronJobs: 'never' },
  'node-memory-lost-to-crowds': { crowdSlabMiB: 150 },
  'added-containers-on-the-node': { addedContainers: 'on-the-node' },
  'added-containers-in-a-sandbox-of-their-own': { addedContainers: 'in-a-guest-of-its-own' },
  'added-containers-restart-the-others': { addedContainers: 'restart-the-others' },
  'resize-leaves-the-guests-cgroup': { resizes: 'without-the-cgroup' },
  'resize-leaves-the-vm': { resizes: 'without-the-vm' },
  'resize-restarts-the-container': { resizes: 'by-a-restart' },
  'pod-quota-ignored-for-kata': { podQuota: 'ignored-for-kata' },
  'vmm-death-not-noticed': { vmmDeath: 'not-noticed' },
  'shim-outlives-its-vmm': { shimAfterVmmDeath: 'running' },
  'killed-vmm-takes-its-twins': { lostSandboxTakes: 'twins' },
  'restart-in-new-sandbox-not-counted': { restartsInNewSandbox: 'forgotten' },
}
