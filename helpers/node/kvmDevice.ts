import { hostRoot } from './hostFile.ts'

export interface KvmDevice {
  present: boolean
  /** File type as stat names it: "character special file". */
  kind: string
  /** Device number in hexadecimal, major:minor; KVM is a:e8, that is 10:232. */
  device: string
  /** Whether it opens for reading and writing: it does not when the firmware has switched virtualization off. */
  opens: boolean
  /** Always null here: a shell cannot call KVM_GET_API_VERSION. Kept for helpers that can. */
  apiVersion: number | null
}

/** Looks at the node's /dev/kvm and opens it. Opening creates no VM and changes nothing. */
export const kvmArgv = (): string[] => ['sh', '-c', kvmScript]

const kvmScript = `stat -c '%F %t:%T' ${hostRoot}/dev/kvm || exit 0
if ( : 3<>${hostRoot}/dev/kvm ); then echo opens; else echo refuses; fi
exit 0`

/** Reads what `kvmArgv` printed. */
export function parseKvm(stdout: string): KvmDevice {
  const match = /^(.+) ([0-9a-f]+:[0-9a-f]+)$/m.exec(stdout)
  if (!match) return { present: false, kind: '', device: '', opens: false, apiVersion: null }
  return {
    present: true,
    kind: match[1] ?? '',
    device: match[2] ?? '',
    opens: /^opens$/m.test(stdout),
    apiVersion: null,
  }
}
