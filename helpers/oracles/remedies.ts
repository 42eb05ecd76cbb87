/**
 * What operators can do about messages of pods that do not start, by the words that the message always has. Texts of containerd, kubelet and both
 * shims; prefixes vary by release.
 */
const remedies: readonly (readonly [words: RegExp, cause: string, remedy: string])[] = [
  [
    /snapshotter nydus\S* was not found/,
    'nydus snapshotter missing',
    'install the nydus snapshotter on the node (TEE and CoCo classes)',
  ],
  [
    /snapshotter devmapper was not found/,
    'devmapper snapshotter missing',
    'set up the devmapper snapshotter of containerd (kata-fc)',
  ],
  [
    /no runtime for "[^"]*" is configured/,
    'handler missing on the node',
    'let kata-deploy configure the handler there, or keep its class off',
  ],
  [/RuntimeClass "[^"]*" not found/, 'RuntimeClass missing', 'enable its shim, or correct runtimeClassName'],
  [/annotation \S+ is not enabled/, 'annotation not allowed', 'add it to allowedHypervisorAnnotations of the shim'],
  [/Host networking requested/, 'hostNetwork', 'run the pod without hostNetwork, or with the default runtime'],
  [/inside \/proc/, 'mount below /proc', 'mount one of the eight files that are allowed, or elsewhere'],
  [
    /can only use volume source type/,
    'volumeDevices without a claim',
    'use a PersistentVolumeClaim of volumeMode Block',
  ],
  [
    /untrusted workload with explicit runtime handler/,
    'annotation and RuntimeClass',
    'remove the annotation untrusted-workload',
  ],
  [/Could not access KVM kernel module|\/dev\/kvm/, 'KVM missing', 'enable virtualization on the node'],
]

/** Cause and remedy of a message; null for one that nobody knows. */
export function remedyOf(message: string): { readonly cause: string; readonly remedy: string } | null {
  const found = remedies.find(([words]) => words.test(message))
  return found ? { cause: found[1], remedy: found[2] } : null
}
