/** Numbers of capabilities(7), in order. */
const NAMES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  )

export const CAP = Object.fromEntries(NAMES.map((name, number) => [name, number])) as Record<string, number>

/** The bit mask of names with or without CAP_; ALL is every one. */
export function capabilityMask(names: string[]): bigint {
  let mask = 0n
  for (const name of names) {
    if (name === 'ALL' || name === 'CAP_ALL') return (1n << BigInt(NAMES.length)) - 1n
    const number = CAP[name.replace(/^CAP_/, '')]
    if (number !== undefined) mask |= 1n << BigInt(number)
  }
  return mask
}
