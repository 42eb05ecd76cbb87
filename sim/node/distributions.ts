/** What the Kubernetes distributions do each in their own way on a node. */
export interface Distribution {
  /** Value of the chart's k8sDistribution. */
  name: DistributionName
  /** What its kubelet's version ends in. */
  versionSuffix: string
  labels: Record<string, string>
  /** The file that containerd reads. */
  containerdConfig: string
  /** Folder that kata-deploy mounts as /etc/containerd (chart, containerdConfPath). */
  kataDeployFolder: string
  /** File of that folder in which kata-deploy names its drop-in; null where all of containerd.d is read (config.rs, get_containerd_paths). */
  template: string | null
  /** Where kata-deploy writes its handlers. */
  dropIn: string
}

export const distributionNames = ['k8s', 'rke2', 'k3s', 'k0s', 'microk8s'] as const
export type DistributionName = (typeof distributionNames)[number]

const kataDeployDropIn = '/opt/kata/containerd/config.d/kata-deploy.toml'

const rancher = (name: 'rke2' | 'k3s'): Distribution => {
  const folder = `/var/lib/rancher/${name}/agent/etc/containerd`
  return {
    name,
    versionSuffix: `+${name}${name === 'rke2' ? 'r1' : '1'}`,
    labels: { 'node.kubernetes.io/instance-type': name },
    containerdConfig: `${folder}/config.toml`,
    kataDeployFolder: `${folder}/`,
    template: `${folder}/config.toml.tmpl`,
    dropIn: kataDeployDropIn,
  }
}

const all: Record<DistributionName, Distribution> = {
  k8s: {
    name: 'k8s',
    versionSuffix: '',
    labels: {},
    containerdConfig: '/etc/containerd/config.toml',
    kataDeployFolder: '/etc/containerd/',
    template: '/etc/containerd/config.toml',
    dropIn: kataDeployDropIn,
  },
  rke2: rancher('rke2'),
  k3s: rancher('k3s'),
  k0s: {
    name: 'k0s',
    versionSuffix: '+k0s',
    labels: { 'node.k0sproject.io/role': 'worker' },
    containerdConfig: '/etc/k0s/containerd.toml',
    kataDeployFolder: '/etc/k0s/',
    template: null,
    dropIn: '/etc/k0s/containerd.d/kata-deploy.toml',
  },
  microk8s: {
    name: 'microk8s',
    versionSuffix: '',
    labels: { 'microk8s.io/cluster': 'true' },
    containerdConfig: '/var/snap/microk8s/current/args/containerd.toml',
    kataDeployFolder: '/var/snap/microk8s/current/args/',
    template: '/var/snap/microk8s/current/args/containerd-template.toml',
    dropIn: kataDeployDropIn,
  },
}

export const distribution = (name: DistributionName): Distribution => all[name]
