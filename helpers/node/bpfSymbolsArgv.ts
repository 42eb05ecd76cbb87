/** Prints the symbols of compiled eBPF programs. The probe's kernel is the node's. */
export const bpfSymbolsArgv = (): string[] => ['sh', '-c', "grep 'bpf_prog_' /proc/kallsyms || true"]
