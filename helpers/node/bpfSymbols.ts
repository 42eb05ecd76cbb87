import { FactUnknownError } from '../facts/armFacts.ts'
import { type BpfSymbol, parseSymbols } from '../guest/bpf.ts'
import type { NodeProbe } from './nodeProbe.ts'

/** eBPF programs of the node by its /proc/kallsyms. Throws FactUnknownError where it shows none: absence would prove nothing then. */
export async function nodeBpfSymbols(node: NodeProbe): Promise<readonly BpfSymbol[]> {
  const found = parseSymbols(await node.bpfSymbols())
  if (found.length === 0)
    throw new FactUnknownError(
      `which eBPF programs ${node.node} has`,
      'its /proc/kallsyms shows none (no JIT, or net.core.bpf_jit_kallsyms is 0)',
    )
  return found
}
