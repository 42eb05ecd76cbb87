import { asText, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { ShimFamily } from './facts.ts'

/** shared_fs: virtio-fs, virtio-fs-nydus, virtio-9p, inline-virtio-fs or none. The Go shim takes virtio-fs when it is not said. */
export const detectSharedFs = (on: ClassOnNode, family: ShimFamily | null): Fact<string> =>
  fromToml(on, 'hypervisor', 'shared_fs', asText, (where) =>
    family === 'go'
      ? known('virtio-fs', `no shared_fs in ${where}: the Go shim then takes virtio-fs`)
      : unknown(`no shared_fs in ${where}; what runtime-rs takes then depends on the hypervisor`),
  )
