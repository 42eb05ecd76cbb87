import type { KubeObject } from '../cluster/cluster.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

const file = '/proc/sys/kernel/random/boot_id'

/** The identity of the running kernel: a pod that shows the same one is not in a VM. The probe's own reading, else the kubelet's. */
export async function detectBootId(node: KubeObject, probe: NodeProbe | null): Promise<Fact<string>> {
  const seen = await probed<string>(probe, async (there) => {
    const text = (await there.readFile(file)).trim()
    return /^[0-9a-f-]{36}$/.test(text) ? known(text, file) : unknown(`${file} holds ${JSON.stringify(text)}`)
  })
  if (seen.value !== null) return seen
  const reported = reportedBootId(node)
  return reported ? known(reported, 'status.nodeInfo.bootID') : seen
}

/** What its kubelet reports; empty where it reports none. */
export const reportedBootId = (node: KubeObject): string =>
  (node['status'] as { nodeInfo?: { bootID?: string } } | undefined)?.nodeInfo?.bootID ?? ''
