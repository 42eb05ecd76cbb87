/** What the guest kernel of Kata 3.26.0 says of BPF, probes and debug information in /proc/config.gz (recorded): no JIT, no kprobes, no BTF. */
const recorded = `CONFIG_BPF=y
CONFIG_HAVE_EBPF_JIT=y
CONFIG_ARCH_WANT_DEFAULT_BPF_JIT=y

#
# BPF subsystem
#
CONFIG_BPF_SYSCALL=y
# CONFIG_BPF_JIT is not set
# CONFIG_BPF_UNPRIV_DEFAULT_OFF is not set
# CONFIG_BPF_PRELOAD is not set
# end of BPF subsystem

CONFIG_CGROUP_BPF=y
# CONFIG_KPROBES is not set
CONFIG_HAVE_KPROBES=y
CONFIG_HAVE_KPROBES_ON_FTRACE=y
CONFIG_NETFILTER_BPF_LINK=y
CONFIG_NETFILTER_XT_MATCH_BPF=y
# CONFIG_NET_CLS_BPF is not set
# CONFIG_BPF_STREAM_PARSER is not set
CONFIG_DEBUG_INFO_NONE=y
# CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT is not set
# CONFIG_DEBUG_INFO_DWARF4 is not set
# CONFIG_DEBUG_INFO_DWARF5 is not set
`

/** Text of the configuration of a guest's kernel. @param release uname -r */
export const guestKernelConfig = (release: string): string =>
  `#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 ${release} Kernel Configuration\n#\n${recorded}`
