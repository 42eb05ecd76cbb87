/**
 * What a release of Kata Containers ships and defaults to: versions.yaml and the Makefiles of each tag (3.25.0 to 4.1.0), and the
 * RuntimeClasses of its kata-deploy chart.
 */
export interface KataRelease {
  version: string
  guestKernel: string
  dragonballKernel: string
  /** kata_config_version of the kernel package, as in vmlinux-6.18.5-177 (177 at 3.26, 202 at 4.1; between, the older is kept). */
  kernelConfig: number
  qemu: string
  cloudHypervisor: string
  firecracker: string
  virtiofsd: string
  /** RuntimeClass overhead of the QEMU shims, MiB (runtimeclasses.yaml: 160Mi, 320Mi from 4.0). */
  qemuOverheadMiB: number
  /** customRuntimes of the chart: from 3.26. */
  customRuntimes: boolean
  /** deploymentMode: job of the chart: from 3.32. */
  jobMode: boolean
  /** kata-deploy's pods without hostPID, privileges and the host's root: from 4.1 (D-Bus). */
  deploysUnprivileged: boolean
  /** disable_block_device_use of the Go shims (DEFDISABLEBLOCK, 20ca4d2d79: true from 3.26). */
  goDisablesBlock: boolean
  /** static_sandbox_resource_mgmt of the Rust shims (e93558e810: from 3.32). */
  rustSizesStatically: boolean
  /** overhead_vcpus and overhead_memory of the Rust shims: from 4.0. */
  rustSizesByOverhead: boolean
  /** sandbox_cgroup_only of qemu-runtime-rs. */
  rustQemuSandboxCgroupOnly: boolean
  /** emptyDir by the shared file system instead of inside the guest: Go shims from 4.0 (DEFDISABLEGUESTEMPTYDIR), Rust shims from 3.31 (DEFEMPTYDIRMODE). */
  goEmptyDirShared: boolean
  rustEmptyDirShared: boolean
  /** Cloud Hypervisor under the Rust shim: kata-cloud-hypervisor until 3.29. */
  rustCloudHypervisorShim: 'cloud-hypervisor' | 'clh-runtime-rs'
  /** enable_annotations of the Go and of the Rust shims. */
  goAnnotations: string[]
  rustAnnotations: string[]
  defaultShim: 'qemu' | 'qemu-runtime-rs'
}

type Components = [
  version: string,
  kernel: string,
  dragonballKernel: string,
  qemu: string,
  cloudHypervisor: string,
  virtiofsd: string,
]

const components: Components[] = [
  ['3.25.0', '6.18.5', '6.12.47', '10.2.0', '48.0', '1.13.3'],
  ['3.26.0', '6.18.5', '6.12.47', '10.2.0', '48.0', '1.13.3'],
  ['3.27.0', '6.18.12', '6.12.47', '10.2.1', '48.0', '1.13.3'],
  ['3.28.0', '6.18.15', '6.12.47', '10.2.1', '51.1', '1.13.3'],
  ['3.29.0', '6.18.15', '6.18.15', '10.2.1', '51.1', '1.13.3'],
  ['3.30.0', '6.18.15', '6.18.22', '10.2.1', '51.1', '1.13.3'],
  ['3.31.0', '6.18.28', '6.18.28', '10.2.1', '51.1', '1.13.3'],
  ['3.32.0', '6.18.35', '6.18.35', '11.0.1', '51.1', '1.13.3'],
  ['4.0.0', '6.18.35', '6.18.35', '11.0.1', '51.1', '1.13.3'],
  ['4.1.0', '6.18.35', '6.18.35', '11.0.1', '51.1', '1.14.0'],
]

/** The releases that the simulator knows, oldest first. */
export const kataVersions: readonly string[] = components.map(([version]) => version)

/** @throws Error when the simulator does not know the version, with those it knows. */
export function kataRelease(version: string): KataRelease {
  const index = kataVersions.indexOf(version)
  const row = components[index]
  if (!row) throw new Error(`Kata ${version} is not modelled. Versions are: ${kataVersions.join(', ')}.`)
  const from = (first: string) => index >= kataVersions.indexOf(first)
  const virtiofsArguments = (dropped: string) => (from(dropped) ? [] : ['virtio_fs_extra_args'])
  const verity = from('3.27.0') ? ['kernel_verity_params'] : []
  return {
    version,
    guestKernel: row[1],
    dragonballKernel: row[2],
    kernelConfig: from('4.1.0') ? 202 : 177,
    qemu: row[3],
    cloudHypervisor: row[4],
    firecracker: '1.12.1',
    virtiofsd: row[5],
    qemuOverheadMiB: from('4.0.0') ? 320 : 160,
    customRuntimes: from('3.26.0'),
    jobMode: from('3.32.0'),
    deploysUnprivileged: from('4.1.0'),
    goDisablesBlock: from('3.26.0'),
    rustSizesStatically: from('3.32.0'),
    rustSizesByOverhead: from('4.0.0'),
    rustQemuSandboxCgroupOnly: from('3.32.0'),
    goEmptyDirShared: from('4.0.0'),
    rustEmptyDirShared: from('3.31.0'),
    rustCloudHypervisorShim: from('3.30.0') ? 'clh-runtime-rs' : 'cloud-hypervisor',
    goAnnotations: ['enable_iommu', ...virtiofsArguments('3.32.0'), 'kernel_params', ...verity],
    rustAnnotations: [
      'enable_iommu',
      ...virtiofsArguments('3.31.0'),
      'kernel_params',
      ...verity,
      'default_vcpus',
      'default_memory',
    ],
    defaultShim: from('4.0.0') ? 'qemu-runtime-rs' : 'qemu',
  }
}
