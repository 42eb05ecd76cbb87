import type { KubeObject } from '../cluster/cluster.ts'
import { known, type Fact } from './fact.ts'

/** Extended resources by which device plug-ins offer GPUs: NVIDIA (pgpu: for VMs), AMD, Intel. */
const offered = /^(nvidia\.com\/(p?gpu|mig-|GA|GH|GB|AD|TU)|amd\.com\/gpu|gpu\.intel\.com\/)/

/** GPUs that a node has to give, by status.capacity: what no device plug-in offers no pod can have. */
export function detectGpus(node: KubeObject): Fact<readonly string[]> {
  const { capacity = {} } = (node['status'] ?? {}) as { capacity?: Record<string, string> }
  const found = Object.entries(capacity).flatMap(([name, count]) => (offered.test(name) && count !== '0' ? [name] : []))
  return known(found, `status.capacity has ${found.length > 0 ? found.join(', ') : 'no resource of a GPU'}`)
}
