import type { ShimsDepartures } from './shimsDepartures.ts'

/** Where kata-deploy, what it installs and what it writes on nodes can depart from the documents. */
export interface DeploymentDepartures {
  // kata-deploy's objects
  /** changed: it has another template since, which its pods wait for. */
  daemonSetTemplate: 'rolled-out' | 'changed'
  /** Its pods run, and are ready, on nodes without Kata too: installing there has never come to its end. */
  kataDeployOnPlainNodes: boolean
  /** false: the second Kata node has lost the label that kata-deploy selects nodes by, and its pod with it, but not Kata. */
  secondNodeManaged: boolean
  /** Jobs of Job mode on the second Kata node. */
  installJobs: 'complete' | 'failed'
  kataDeployMountsHostRoot: boolean
  kataDeployPodLabel: 'name' | 'app'
  kataDeployLog: 'clean' | 'error-on-second-node'
  /** Release of kata-deploy's image and chart; null: that of the nodes. */
  kataDeployRelease: string | null
  /** Folder of containerd's configuration that it mounts; null: that of the distribution. */
  kataDeployFolder: string | null

  // what is installed
  /** Files below /opt/kata of the second Kata node that are another build of the same release. */
  secondNodeRebuiltFiles: readonly string[]
  /** Programs below /opt/kata that are of release 3.24.0, on every Kata node. */
  olderPrograms: readonly string[]
  /** Where the binary of a hypervisor is, as every configuration says, in place of /opt/kata/bin. */
  hypervisorPaths: Readonly<Record<string, string>>
  dragonballRuns: 'in-shim' | 'as-process'

  // containerd and the configurations
  /** Handlers that the drop-in of the second Kata node lacks; its containerd has not been restarted since. */
  secondNodeMissingHandlers: readonly string[]
  handlersKeepHostDevicesAway: boolean
  secondNodeDebug: boolean
  /** customRuntimes: folders of their own, or handlers that read the stock configuration. */
  customRuntimesRead: 'own' | 'stock'
  /** Where the overrides of custom runtimes are written. */
  customOverridesIn: 'drop-in' | 'base-file'
  /** A key more in the drop-ins of the second Kata node. */
  secondNodeDropInExtra: string
  vmTemplates: boolean
}

export const healthyDeployment: DeploymentDepartures = {
  daemonSetTemplate: 'rolled-out',
  kataDeployOnPlainNodes: false,
  secondNodeManaged: true,
  installJobs: 'complete',
  kataDeployMountsHostRoot: true,
  kataDeployPodLabel: 'name',
  kataDeployLog: 'clean',
  kataDeployRelease: null,
  kataDeployFolder: null,

  secondNodeRebuiltFiles: [],
  olderPrograms: [],
  hypervisorPaths: {},
  dragonballRuns: 'in-shim',

  secondNodeMissingHandlers: [],
  handlersKeepHostDevicesAway: true,
  secondNodeDebug: false,
  customRuntimesRead: 'own',
  customOverridesIn: 'drop-in',
  secondNodeDropInExtra: '',
  vmTemplates: false,
}

export const deploymentFaults: Record<string, Partial<DeploymentDepartures & ShimsDepartures>> = {
  'kata-deploy-half-rolled-out': { daemonSetTemplate: 'changed' },
  'second-node-unmanaged': { secondNodeManaged: false },
  'kata-label-missing': { kataDeployOnPlainNodes: true },
  'kata-deploy-job-failed': { installJobs: 'failed' },
  'kata-deploy-without-host-root': { kataDeployMountsHostRoot: false },
  'kata-deploy-label-renamed': { kataDeployPodLabel: 'app' },
  'kata-deploy-logs-an-error': { kataDeployLog: 'error-on-second-node' },
  'nodes-not-upgraded': { kataDeployRelease: '3.27.0' },
  'containerd-folder-of-another-distribution': { kataDeployFolder: '/etc/containerd/' },

  'second-node-boots-another-image': { secondNodeRebuiltFiles: ['share/kata-containers/kata-ubuntu-noble.image'] },
  'second-node-with-another-shim': { secondNodeRebuiltFiles: ['bin/containerd-shim-kata-v2'] },
  'go-shim-of-an-older-release': { olderPrograms: ['bin/containerd-shim-kata-v2'] },
  'rust-shim-of-an-older-release': { olderPrograms: ['runtime-rs/bin/containerd-shim-kata-v2'] },
  'kata-runtime-of-an-older-release': { olderPrograms: ['bin/kata-runtime'] },
  'qemu-of-the-distribution': { hypervisorPaths: { qemu: '/usr/bin/qemu-system-x86_64' } },
  'cloud-hypervisor-elsewhere': { hypervisorPaths: { 'cloud-hypervisor': '/usr/local/bin/cloud-hypervisor' } },
  'firecracker-elsewhere': { hypervisorPaths: { firecracker: '/usr/local/bin/firecracker' } },
  'dragonball-as-a-process': { dragonballRuns: 'as-process' },

  'handler-missing-on-second-node': { secondNodeMissingHandlers: ['kata-clh'] },
  'host-devices-flag-missing': { handlersKeepHostDevicesAway: false },
  'debug-left-on': { secondNodeDebug: true },
  'custom-runtimes-read-the-stock-configuration': { customRuntimesRead: 'stock' },
  'custom-overrides-in-base-file': { customOverridesIn: 'base-file' },
  'drop-in-differs-on-second-node': { secondNodeDropInExtra: '[agent.kata]\ndial_timeout = 999\n' },
  'vm-templates-enabled': { vmTemplates: true },
}
