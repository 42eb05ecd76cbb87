/** A simulated cluster, as a scenario file describes it. */
export interface Scenario {
  name: string
  about: string
  kubernetesVersion: string
  /** 3.25.0 … 4.1.0 */
  kataVersion: string
  containerdVersion: string
  /** Where kata-deploy runs. */
  kataDeployNamespace: string
  nodes: NodeScenario[]
  runtimeClasses: RuntimeClassScenario[]
  /** Whether its operator declares its RuntimeClasses in a profile. */
  profile: boolean
  storageClasses: StorageClassScenario[]
  /** Names of faults: departures from the documented behaviour. */
  faults: string[]
  /** documented: as the guide says. as-recorded: as real Kata 3.26.0 was seen to behave where it differs. */
  mode: 'documented' | 'as-recorded'
  admission: { runtimeClass: boolean; podSecurity: boolean }
  /** Kyverno is installed, with the policies of the guide's deployer. */
  kyverno?: KyvernoScenario | undefined
}

export interface KyvernoScenario {
  /** '' for none. */
  defaultRuntimeClass: string
  /** Of the namespaces that are in production. */
  productionLabels: Record<string, string>
}

/** A StorageClass whose provisioner makes volumes of one mode on the node that is chosen for their first pod. */
export interface StorageClassScenario {
  name: string
  provisioner: string
  mode: 'Block' | 'Filesystem'
  isDefault: boolean
}

export interface NodeScenario {
  name: string
  cpus: number
  memoryMiB: number
  maxPods: number
  kernel: string
  kata: boolean
  labels: Record<string, string>
  /** crun or runc, behind handler '' */
  defaultRuntime: 'runc' | 'crun'
  virtualization: 'vmx' | 'svm' | 'none'
  kvm: 'usable' | 'missing' | 'locked'
  nested: boolean
  /** DMI sys_vendor and product_name */
  vendor: string
  product: string
  cgroup: 1 | 2
  /** Snapshotters of containerd: kata-fc needs devmapper. */
  snapshotters: string[]
}

export interface RuntimeClassScenario {
  name: string
  handler: string
  shim: 'go' | 'rust'
  hypervisor: 'qemu' | 'cloud-hypervisor' | 'firecracker' | 'dragonball'
  overhead: { memory: string; cpu: string } | null
  nodeSelector: Record<string, string> | null
  /** Values of the effective TOML that differ from the shim's defaults: a drop-in of config.d, of a custom runtime. */
  dropIn: Record<string, string | number | boolean> | null
}
