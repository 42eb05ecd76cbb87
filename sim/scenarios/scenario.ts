import type { DistributionName } from '../node/distributions.ts'

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
  /** Kubernetes distribution of all nodes, as the chart's k8sDistribution names it. */
  distribution: DistributionName
  /** The chart's deploymentMode: job from 3.32. */
  deploymentMode: 'daemonset' | 'job'
  nodes: NodeScenario[]
  runtimeClasses: RuntimeClassScenario[]
  /** Whether its operator declares its RuntimeClasses in a profile. */
  profile: boolean
  storageClasses: StorageClassScenario[]
  /** Names of faults: departures from the documented behaviour. */
  faults: string[]
  /** documented: as the guide says. as-recorded: as real Kata 3.26.0 was seen to behave where it differs. */
  mode: 'documented' | 'as-recorded'
  admission: {
    runtimeClass: boolean
    podSecurity: boolean
    /** Pod Security of namespaces without labels, by the API server's AdmissionConfiguration; null: privileged. */
    podSecurityDefault: PodSecurityDefault | null
  }
  /** Kyverno is installed, with the policies of the guide's deployer. */
  kyverno?: KyvernoScenario | undefined
  network: NetworkScenario
}

export interface PodSecurityDefault {
  level: 'baseline' | 'restricted'
  exemptNamespaces: string[]
}

export interface KyvernoScenario {
  /** '' for none. */
  defaultRuntimeClass: string
  /** Of the namespaces that are in production. */
  productionLabels: Record<string, string>
}

/** The cluster's network: what makes pods' interfaces, and what serves Services. */
export interface NetworkScenario {
  /** bridge: the reference plug-in, a Linux bridge on each node, with kube-proxy. cilium: eBPF on each pod's interface. */
  cni: 'bridge' | 'cilium'
  /** MTU of the nodes' own interface, bytes. */
  deviceMtu: number
  /** How packets travel between nodes. */
  encapsulation: 'none' | 'vxlan' | 'geneve' | 'wireguard'
  /** Whether anything on the nodes acts on NetworkPolicies. */
  networkPolicy: 'enforced' | 'ignored'
  /** Cilium serves Services, and no kube-proxy runs. */
  kubeProxyReplacement: boolean
  /** Where Cilium's socket load balancer works: in the node's namespace alone (socketLB.hostNamespaceOnly), or in pods too. */
  socketLb: 'host-namespace' | 'everywhere'
  /** Pods and Services have IPv6 addresses too. */
  dualStack: boolean
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
  /** Which confidential guests its processor and kernel can hold. */
  tee: 'none' | 'tdx' | 'snp' | 'se'
  /** What its root file system is on: a partition of its disk, or a logical volume. */
  rootVolume: 'partition' | 'logical'
  /** Snapshotters of containerd: kata-fc needs devmapper. */
  snapshotters: string[]
}

export interface RuntimeClassScenario {
  name: string
  handler: string
  shim: 'go' | 'rust'
  hypervisor: 'qemu' | 'cloud-hypervisor' | 'firecracker' | 'dragonball'
  /** Of QEMU: a shim for confidential guests, or for what they share without the hardware (coco-dev). */
  variant: 'coco-dev' | 'tdx' | 'snp' | 'se' | null
  overhead: { memory: string; cpu: string } | null
  nodeSelector: Record<string, string> | null
  /** Values of the effective TOML that differ from the shim's defaults: a drop-in of config.d, of a custom runtime. */
  dropIn: Record<string, string | number | boolean> | null
}
