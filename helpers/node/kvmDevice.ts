import { hostRoot } from './hostFile.ts'

export interface KvmDevice {
  present: boolean
  /** File type as stat names it: "character special file". */
  kind: string
  /** Device number in hexadecimal, major:minor; KVM is a:e8, that is 10:232. */
  device: string
  /** Whether it opens for reading and writing: it does not when the firmware has switched virtualization off. */
  opens: boolean
  /** Whether the kernel has a driver for minor 232: a line of /proc/misc. A device node is there without one too. */
  driver: boolean
  /** kvm_intel or kvm_amd, whichever is loaded; null for neither, and on other architectures. */
  module: string | null
}

/**
 * Looks at the node's /dev/kvm and opens it. Opening creates no VM and changes nothing. A shell cannot call ioctl, so that KVM_GET_API_VERSION and
 * KVM_CHECK_EXTENSION are not asked: that a VM can be made is known from `kata-runtime check`, which makes one, and from VMs that run.
 */
export const kvmArgv = (): string[] => ['sh', '-c', kvmScript]

const kvmScript = `grep -s '^ *232 kvm$' ${hostRoot}/proc/misc
for module in kvm_intel kvm_amd; do [ -d "${hostRoot}/sys/module/$module" ] && echo "module $module"; done
stat -c '%F %t:%T' ${hostRoot}/dev/kvm || exit 0
if ( : 3<>${hostRoot}/dev/kvm ); then echo opens; else echo refuses; fi
exit 0`

/** Reads what `kvmArgv` printed. */
export function parseKvm(stdout: string): KvmDevice {
  const driver = /^ *232 kvm$/m.test(stdout)
  const module = /^module (\w+)$/m.exec(stdout)?.[1] ?? null
  const match = /^(.+) ([0-9a-f]+:[0-9a-f]+)$/m.exec(stdout)
  if (!match) return { present: false, kind: '', device: '', opens: false, driver, module }
  const [, kind = '', device = ''] = match
  return { present: true, kind, device, opens: /^opens$/m.test(stdout), driver, module }
}
