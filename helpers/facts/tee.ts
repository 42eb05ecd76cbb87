import type { KubeObject } from '../cluster/cluster.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { cpuFlags } from './cpuVirtualization.ts'
import { known, type Fact } from './fact.ts'
import { probed } from './probed.ts'

export const tees = ['tdx', 'snp', 'se', 'cca'] as const
/** Intel TDX, AMD SEV-SNP, IBM Secure Execution, Arm CCA. */
export type Tee = (typeof tees)[number]

/** Labels of node-feature-discovery (its feature list: cpu-security.*). */
const labels: Readonly<Partial<Record<Tee, string>>> = {
  tdx: 'feature.node.kubernetes.io/cpu-security.tdx.enabled',
  snp: 'feature.node.kubernetes.io/cpu-security.sev.snp.enabled',
  se: 'feature.node.kubernetes.io/cpu-security.se.enabled',
}

/** What a host's kernel shows of each: parameters of KVM's modules, and the ultravisor's own file. Arm CCA has no such sign upstream yet. */
const files: Readonly<Partial<Record<Tee, string>>> = {
  tdx: '/sys/module/kvm_intel/parameters/tdx',
  snp: '/sys/module/kvm_amd/parameters/sev_snp',
  se: '/sys/firmware/uv/prot_virt_host',
}

/**
 * Which confidential guests a node can hold: what its kernel says through the probe, and without a probe what node-feature-discovery wrote on the node.
 * A processor alone is not enough (firmware and kernel have to take part), so that its flags are evidence and no answer.
 */
export async function detectTee(node: KubeObject, probe: NodeProbe | null): Promise<Fact<readonly Tee[]>> {
  const labelled = tees.filter((tee) => node.metadata.labels?.[labels[tee] ?? ''] === 'true')
  if (!probe && labelled.length > 0)
    return known(labelled, labelled.map((tee) => `label ${labels[tee]}=true`).join(', '))
  return probed(probe, async (host) => {
    const answers = await Promise.all(
      tees.map(async (tee) => {
        const text = (await host.readFileIfThere(files[tee] ?? '/nothing'))?.trim() ?? 'absent'
        return { tee, text, on: /^(Y|1)$/.test(text) }
      }),
    )
    const flags = cpuFlags((await host.readFileIfThere('/proc/cpuinfo')) ?? '') ?? []
    const shown = flags.filter((flag) => /^(tdx_host_platform|sev_snp)$/.test(flag))
    const seen = answers.filter(({ tee }) => files[tee] !== undefined)
    return known(
      answers.flatMap(({ tee, on }) => (on ? [tee] : [])),
      `${seen.map(({ tee, text }) => `${files[tee]}: ${text}`).join(', ')}; flags of the processor: ${shown.join(', ') || 'none of a TEE'}`,
    )
  })
}
