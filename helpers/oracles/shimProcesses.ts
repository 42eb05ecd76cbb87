import type { Hypervisor, ShimFamily } from '../facts/facts.ts'

/**
 * Where kata-deploy installs the two shims, below its prefix (/opt/kata, or the one of env.installationPrefix): the Rust one has the same name
 * in a folder of its own. Source: kata-deploy binary/src/utils/system.rs (get_kata_containers_runtime_path), 3.25 to 4.1.
 */
export function shimFamilyOf(path: string): ShimFamily | null {
  const plain = path.replace(/ \(deleted\)$/, '')
  if (!plain.endsWith('/bin/containerd-shim-kata-v2')) return null
  return plain.endsWith('/runtime-rs/bin/containerd-shim-kata-v2') ? 'rust' : 'go'
}

/**
 * Names of the programs of each hypervisor, as the packaged configurations call them (`path`); null where the VMM is within the shim or on no node.
 * QEMU: qemu-system-<arch>, with a suffix in some releases (-snp-experimental); distributions call it qemu-kvm.
 */
export const vmmPrograms: Readonly<Record<Hypervisor, RegExp | null>> = {
  qemu: /^qemu-(system-\w+|kvm)(-[\w.-]+)?$/,
  'cloud-hypervisor': /^cloud-hypervisor(-[\w.-]+)?$/,
  firecracker: /^firecracker(-[\w.-]+)?$/,
  stratovirt: /^stratovirt$/,
  dragonball: null,
  remote: null,
}
