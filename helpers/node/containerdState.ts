/**
 * State folders of containerd by distribution: upstream and RKE2's own, K3s and RKE2, k0s, MicroK8s.
 * Source: kata-deploy chart, containerd paths by k8sDistribution (k8s, rke2, k3s, k0s, microk8s).
 */
export const containerdStates = [
  '/run/containerd',
  '/run/k3s/containerd',
  '/run/k0s/containerd',
  '/var/snap/microk8s/common/run/containerd',
] as const

/** Below a state folder: one folder for each sandbox and container, with its OCI specification. */
export const taskFolder = 'io.containerd.runtime.v2.task/k8s.io'
