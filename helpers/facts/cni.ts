import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

/** The plug-ins that containerd calls for a pod, in order, and the bridge where there is one. */
export interface Cni {
  readonly plugins: readonly string[]
  /** Name of the Linux bridge of the `bridge` plug-in; null without one. */
  readonly bridge: string | null
}

/** Where distributions keep the CNI's configuration. Source: RKE2 and K3s documentation, kata-deploy containerdConfPath by k8sDistribution. */
const folders = [
  '/etc/cni/net.d',
  '/var/lib/rancher/k3s/agent/etc/cni/net.d',
  '/var/lib/rancher/rke2/agent/etc/cni/net.d',
]

interface Plugin {
  type?: string
  bridge?: string
  /** Of flannel and other plug-ins that hand their work to another: bridge unless it says otherwise. */
  delegate?: { type?: string; bridge?: string }
}

/** The CNI of a node by the configuration that containerd takes: the first in lexical order (go-cni, max_conf_num 1). */
export const detectCni = (probe: NodeProbe | null): Promise<Fact<Cni>> =>
  probed(probe, async (there) => {
    for (const folder of folders) {
      const [first] = (await there.list(folder)).filter((name) => /\.(conflist|conf|json)$/.test(name))
      if (first === undefined) continue
      const path = `${folder}/${first}`
      return readCni(path, await there.readFile(path))
    }
    return unknown(`no configuration of a CNI in ${folders.join(', ')}`)
  })

export function readCni(path: string, text: string): Fact<Cni> {
  let found: { plugins?: Plugin[] } & Plugin
  try {
    found = JSON.parse(text) as typeof found
  } catch (error) {
    return unknown(`${path} is not JSON: ${(error as Error).message}`)
  }
  const chain = found.plugins ?? [found]
  const plugins = chain.flatMap(({ type }) => type ?? [])
  const bridges = chain.flatMap(({ type, bridge, delegate }) => {
    if (type === 'bridge') return [bridge ?? 'cni0']
    if (type === 'flannel' && (delegate?.type ?? 'bridge') === 'bridge') return [delegate?.bridge ?? 'cni0']
    return []
  })
  return known({ plugins, bridge: bridges[0] ?? null }, path, text.slice(0, 300))
}
