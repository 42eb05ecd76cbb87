import type { KubeObject } from '../cluster/cluster.ts'
import { known, type Fact } from './fact.ts'

/** Set by kata-deploy once Kata is installed on a node (all versions); "false" or absent while it is being changed. */
export const kataLabel = 'katacontainers.io/kata-runtime'

/** kata-deploy 4.1 and later also sets this one, with the name of the installation (or "default") as its end. */
export const installationLabel = 'kata-deploy.katacontainers.io/'

/** Whether a node says that it has Kata. A class without a nodeSelector can still send pods to nodes that do not. */
export function detectKataNode(node: KubeObject): Fact<boolean> {
  const labels = node.metadata.labels ?? {}
  const main = labels[kataLabel]
  if (main !== undefined) return known(main === 'true', `label ${kataLabel}=${main}`)
  const installation = Object.entries(labels).find(([key, value]) => key.startsWith(installationLabel) && value === 'true')
  if (installation) return known(true, `label ${installation[0]}=true, without ${kataLabel}`)
  return known(false, `no label ${kataLabel}`)
}
