/** Capabilities by number (linux/capability.h). */
export const allCapabilities = [
  ...[
    'CHOWN',
    'DAC_OVERRIDE',
    'DAC_READ_SEARCH',
    'FOWNER',
    'FSETID',
    'KILL',
    'SETGID',
    'SETUID',
    'SETPCAP',
    'LINUX_IMMUTABLE',
  ],
  ...[
    'NET_BIND_SERVICE',
    'NET_BROADCAST',
    'NET_ADMIN',
    'NET_RAW',
    'IPC_LOCK',
    'IPC_OWNER',
    'SYS_MODULE',
    'SYS_RAWIO',
    'SYS_CHROOT',
  ],
  ...[
    'SYS_PTRACE',
    'SYS_PACCT',
    'SYS_ADMIN',
    'SYS_BOOT',
    'SYS_NICE',
    'SYS_RESOURCE',
    'SYS_TIME',
    'SYS_TTY_CONFIG',
    'MKNOD',
    'LEASE',
  ],
  ...[
    'AUDIT_WRITE',
    'AUDIT_CONTROL',
    'SETFCAP',
    'MAC_OVERRIDE',
    'MAC_ADMIN',
    'SYSLOG',
    'WAKE_ALARM',
    'BLOCK_SUSPEND',
    'AUDIT_READ',
  ],
  ...['PERFMON', 'BPF', 'CHECKPOINT_RESTORE'],
].map((name) => `CAP_${name}`)

/** What containerd gives by default: 00000000a80425fb. */
const defaults = [
  ...[
    'CHOWN',
    'DAC_OVERRIDE',
    'FSETID',
    'FOWNER',
    'MKNOD',
    'NET_RAW',
    'SETGID',
    'SETUID',
    'SETFCAP',
    'SETPCAP',
    'NET_BIND_SERVICE',
  ],
  ...['SYS_CHROOT', 'KILL', 'AUDIT_WRITE'],
].map((name) => `CAP_${name}`)

/** Capabilities of a container's process: defaults, less `drop`, plus `add` (names without CAP_; ALL is all). */
export function capabilitiesOf(security: {
  privileged: boolean
  capabilitiesAdd: readonly string[]
  capabilitiesDrop: readonly string[]
}): string[] {
  if (security.privileged) return allCapabilities
  const named = (names: readonly string[]) => names.map((name) => (name.startsWith('CAP_') ? name : `CAP_${name}`))
  const drop = security.capabilitiesDrop.includes('ALL')
    ? new Set(allCapabilities)
    : new Set(named(security.capabilitiesDrop))
  const add = security.capabilitiesAdd.includes('ALL') ? allCapabilities : named(security.capabilitiesAdd)
  const kept = security.capabilitiesAdd.includes('ALL') ? [] : defaults.filter((capability) => !drop.has(capability))
  return [...new Set([...kept, ...add])]
}
