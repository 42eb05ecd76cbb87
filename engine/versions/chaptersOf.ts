import type { VersionChange } from '../../helpers/deployment/versions/versionChange.ts'

/** Whose claims look at what a change is about; the first rule that fits. A run of these chapters tells what became of it. */
const rules: readonly [subject: RegExp, chapters: readonly string[]][] = [
  [/^overhead of RuntimeClass/, ['OVERHEAD', 'LIMIT']],
  [/^RuntimeClass |^defaultShim\.|runtimeClass\.|^runtimeClasses\.|node selection/, ['RTCLASS', 'SHIM']],
  [/block_device/, ['BLOCK', 'STORAGE']],
  [/emptyDir/, ['STORAGE', 'SUBPATH']],
  [/enable_annotations/, ['ANNOT']],
  [/static_sandbox_resource_mgmt|overhead_vcpus/, ['MEM', 'CPU', 'LIMIT']],
  [/sandbox_cgroup_only/, ['OVERHEAD', 'OOM', 'LIMIT']],
  [/snapshotter|nydus|forceGuestPull/i, ['NYDUS', 'TEE']],
  [/^guest kernel/, ['RTCLASS', 'MEM', 'SYSCTL']],
  [/^(QEMU|Cloud Hypervisor|Firecracker|virtiofsd)$/, ['SHIM', 'FOOTPRINT', 'BENCH']],
  [/^kata-deploy|clean-up|installer|installation|node label|containerd restarts/, ['DEPLOY', 'PREREQ']],
  [/^(image|kubectlImage|updateStrategy|health|resources|deploymentMode|verification|startupTaints|job)\b/, ['DEPLOY']],
]

/** Chapters of the catalogue; empty where no claim is about it. */
export const chaptersOf = ({ subject }: Pick<VersionChange, 'subject'>): readonly string[] =>
  rules.find(([pattern]) => pattern.test(subject))?.[1] ?? []
