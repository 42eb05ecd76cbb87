import type { Hypervisor, ShimFamily } from '../facts/facts.ts'
import { majorMinor } from '../facts/kataVersion.ts'

/** Where the shim of a family is installed. Guide 3.26.0, "Chaîne de runtime containerd"; kata-deploy, get_kata_containers_runtime_path. */
export const shimPath = (folder: string, family: ShimFamily): string =>
  `${folder}/${family === 'rust' ? 'runtime-rs/' : ''}bin/containerd-shim-kata-v2`

/**
 * Whether every node gets all of a release's files. From 4.1 kata-deploy extracts the components of enabled shims alone (install.rs), and kata-runtime
 * comes with the Go shim. Null where the release is not known.
 */
export function installsAll(kataVersion: string | null): boolean | null {
  const release = majorMinor(kataVersion)
  return release === null ? null : release[0] < 4 || (release[0] === 4 && release[1] < 1)
}

/** Kata's configurations below an installation (kata-deploy, get_kata_containers_original_config_path). */
export const configurations = (folder: string, family: ShimFamily): string =>
  `${folder}/share/defaults/kata-containers${family === 'rust' ? '/runtime-rs' : ''}`

/** Folder of a custom runtime's configuration, whatever its shim (kata-deploy, install_custom_runtime_configs). */
export const customFolder = (folder: string, handler: string): string =>
  `${folder}/share/defaults/kata-containers/custom-runtimes/${handler}`

/** How kata-deploy calls its script around QEMU in an installation with a prefix or a suffix (install.rs, create_qemu_wrapper_script). */
const wrapper = '-installation-prefix'

/** What a configured hypervisor comes down to as a process: the script around QEMU ends in `exec <qemu> "$@" -L …`. */
export const programBehind = (path: string): string => (path.endsWith(wrapper) ? path.slice(0, -wrapper.length) : path)

/** By a node's osImage. kata-deploy gives it a Cloud Hypervisor and an initrd of its own (install.rs, configure_mariner). */
export const isAzureLinux = (osImage: string | null): boolean => /mariner|azure linux/i.test(osImage ?? '')

/**
 * Paths that a hypervisor may be configured with, first its binary at the guide's ("Shims disponibles"). kata-deploy puts a Cloud Hypervisor built for
 * glibc in use on Azure Linux (install.rs, configure_mariner). Empty for those that have none of their own.
 */
export function hypervisorPaths(folder: string, hypervisor: Hypervisor, osImage: string | null): string[] {
  switch (hypervisor) {
    case 'qemu':
      return [`${folder}/bin/qemu-system-x86_64`, `${folder}/bin/qemu-system-x86_64${wrapper}`]
    case 'cloud-hypervisor':
      return [
        ...(isAzureLinux(osImage) ? [`${folder}/bin/cloud-hypervisor-glibc`] : []),
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
