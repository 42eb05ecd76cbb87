/** Root folders of kubelets: upstream's and most distributions', k0s, MicroK8s. Source: their documentation of --root-dir. */
export const kubeletRoots = [
  '/var/lib/kubelet',
  '/var/lib/k0s/kubelet',
  '/var/snap/microk8s/common/var/lib/kubelet',
] as const
