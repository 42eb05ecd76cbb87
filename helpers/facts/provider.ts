import type { KubeObject } from '../cluster/cluster.ts'
import { known, unknown, type Fact } from './fact.ts'

/** providerID and instance type of a node: a cloud's instance must offer nested virtualization, or be bare metal. */
export function detectProvider(node: KubeObject): Fact<string> {
  const id = (node['spec'] as { providerID?: string } | undefined)?.providerID
  const type = node.metadata.labels?.['node.kubernetes.io/instance-type']
  const text = [id, type].filter(Boolean).join(', ')
  return text === ''
    ? unknown('no spec.providerID and no label node.kubernetes.io/instance-type')
    : known(text, 'spec.providerID, instance type')
}
