/**
 * RuntimeClasses that the guide of 3.26 names ("Shims disponibles", "RuntimeClasses créées", "Mode TEE"), and that a cluster has only where their
 * shim is enabled. kata-stratovirt is named as one that no release serves.
 */
export const documentedClasses: readonly string[] = [
  'kata-qemu',
  'kata-qemu-runtime-rs',
  'kata-clh',
  'kata-cloud-hypervisor',
  'kata-fc',
  'kata-dragonball',
  'kata-stratovirt',
  'kata-remote',
  'kata-qemu-coco-dev',
  'kata-qemu-tdx',
  'kata-qemu-snp',
  'kata-qemu-se',
]

/** Those whose guests are confidential, as kata-deploy names them from 3.25 to 4.1; each is a shim of its own. */
export const teeClasses: readonly string[] = ['coco-dev', 'tdx', 'snp', 'se', 'cca'].flatMap((tee) => [
  `kata-qemu-${tee}`,
  `kata-qemu-${tee}-runtime-rs`,
])
