import type { Hypervisor, ShimFamily } from '../facts/facts.ts'

/** Where the shim of a family is installed. Guide 3.26.0, "Chaîne de runtime containerd"; kata-deploy, get_kata_containers_runtime_path. */
export const shimPath = (folder: string, family: ShimFamily): string =>
  `${folder}/${family === 'rust' ? 'runtime-rs/' : ''}bin/containerd-shim-kata-v2`

/** Kata's configurations below an installation (kata-deploy, get_kata_containers_original_config_path). */
export const configurations = (folder: string, family: ShimFamily): string =>
  `${folder}/share/defaults/kata-containers${family === 'rust' ? '/runtime-rs' : ''}`

/** Folder of a custom runtime's configuration, whatever its shim (kata-deploy, install_custom_runtime_configs). */
export const customFolder = (folder: string, handler: string): string =>
  `${folder}/share/defaults/kata-containers/custom-runtimes/${handler}`

/**
 * Paths at which a hypervisor's binary may be installed, first the guide's ("Shims disponibles"). kata-deploy puts a Cloud Hypervisor built for
 * glibc in use on Azure Linux (install.rs, configure_mariner). Empty for those that have none of their own.
 */
export function hypervisorPaths(folder: string, hypervisor: Hypervisor, osImage: string | null): string[] {
  switch (hypervisor) {
    case 'qemu':
      return [`${folder}/bin/qemu-system-x86_64`]
    case 'cloud-hypervisor':
      return [
        ...(/mariner|azure linux/i.test(osImage ?? '') ? [`${folder}/bin/cloud-hypervisor-glibc`] : []),
        `${folder}/bin/cloud-hypervisor`,
      ]
    case 'firecracker':
      return [`${folder}/bin/firecracker`]
    case 'dragonball':
    case 'stratovirt':
    case 'remote':
      return []
  }
}

/**
 * Where a distribution keeps containerd's configuration: what kata-deploy mounts as /etc/containerd (chart, containerdConfPath by
 * k8sDistribution). `distribution`: as the fact names it.
 */
export function containerdFolder(distribution: string): string {
  switch (distribution.toLowerCase()) {
    case 'rke2':
      return '/var/lib/rancher/rke2/agent/etc/containerd/'
    case 'k3s':
      return '/var/lib/rancher/k3s/agent/etc/containerd/'
    case 'k0s':
      return '/etc/k0s/'
    case 'microk8s':
      return '/var/snap/microk8s/current/args/'
    default:
      return '/etc/containerd/'
  }
}
