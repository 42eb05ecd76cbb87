import type { KubeObject } from '../cluster/cluster.ts'
import { runsKata, type ContainerdConfig } from '../node/containerdConfig.ts'
import { known, unknown, type Fact } from './fact.ts'

/** Set by kata-deploy once Kata is installed on a node (all versions); "false" or absent while it is being changed. */
export const kataLabel = 'katacontainers.io/kata-runtime'

/** kata-deploy 4.1 and later also sets this one, with the name of the installation (or "default") as its end. */
export const installationLabel = 'kata-deploy.katacontainers.io/'

/** The label that says that a node has Kata, with its value; null without one. */
function kataLabelOf(node: KubeObject): { readonly text: string; readonly on: boolean } | null {
  const labels = node.metadata.labels ?? {}
  const main = labels[kataLabel]
  if (main !== undefined) return { text: `label ${kataLabel}=${main}`, on: main === 'true' }
  const installation = Object.entries(labels).find(
    ([key, value]) => key.startsWith(installationLabel) && value === 'true',
  )
  return installation ? { text: `label ${installation[0]}=true, without ${kataLabel}`, on: true } : null
}

export const hasKataLabel = (node: KubeObject): boolean => kataLabelOf(node) !== null

export interface KataNodeEvidence {
  readonly node: KubeObject
  /** Whether any node of the cluster has a label of Kata's. */
  readonly someLabelled: boolean
  /** Kata RuntimeClasses that can send pods to this node. */
  readonly classes: readonly string[]
  /** containerd's configuration; null without a probe. */
  readonly containerd: ContainerdConfig | null
}

/**
 * Whether a node has Kata: kata-deploy's label, else what its containerd is configured to run. In a cluster without any such
 * label (another installer) a node that Kata's classes can send pods to may have it: unknown, never no.
 */
export function detectKataNode({ node, someLabelled, classes, containerd }: KataNodeEvidence): Fact<boolean> {
  const label = kataLabelOf(node)
  if (label) return known(label.on, label.text)
  const runtime = containerd?.runtimes.find(runsKata)
  if (runtime)
    return known(true, `no label ${kataLabel}, but containerd runs handler ${runtime.handler} with ${runtime.type}`)
  if (containerd) return known(false, `no label ${kataLabel}, and containerd has no Kata handler`)
  if (someLabelled) return known(false, `no label ${kataLabel}, which other nodes have`)
  if (classes.length === 0) return known(false, `no label ${kataLabel}, and no Kata RuntimeClass sends pods here`)
  return unknown(`no node has the label ${kataLabel}; RuntimeClass ${classes.join(', ')} can send pods here`)
}
