import type { PodHandle } from '../pods/podHandle.ts'

/** The kernel under a container: release as `uname -r` prints it, and /proc/version with the build's host and time. */
export interface Kernel {
  readonly release: string
  readonly build: string
}

export async function kernel(pod: PodHandle): Promise<Kernel> {
  const [release, build] = await Promise.all([pod.read(['uname', '-r']), pod.read(['cat', '/proc/version'])])
  return { release: release.stdout.trim(), build: build.stdout.trim() }
}

/** The command line that the kernel under a container was booted with. */
export const kernelCommandLine = async (pod: PodHandle): Promise<string> =>
  (await pod.read(['cat', '/proc/cmdline'])).stdout.trim()

/**
 * The kernel's log as a container sees it, by dmesg. Needs CAP_SYSLOG where dmesg_restrict is 1: a privileged container.
 * Throws with dmesg's own message when it is refused.
 */
export async function kernelLog(pod: PodHandle): Promise<string> {
  const { stdout, stderr, exitCode } = await pod.read(['dmesg'])
  if (exitCode !== 0) throw new Error(`dmesg in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return stdout
}

/** The boot command line that a kernel log begins with (`Command line: …`), or null when the ring has already lost it. */
export const commandLineOfLog = (log: string): string | null => /Command line: (.*)/.exec(log)?.[1]?.trim() ?? null

/** Writes to the kernel's log; makes the device for it where the container has none (a privileged one of Kata has not). */
const kernelMessage = `
device=/dev/kmsg
[ -e $device ] || { device=/dev/kata-conformance-kmsg; mknod $device c 1 11; }
echo "$1" >$device
status=$?
rm -f /dev/kata-conformance-kmsg
exit $status`

/** Puts a line into the log of the kernel under a privileged container. Throws when that is refused. */
export async function writeKernelLog(pod: PodHandle, line: string): Promise<void> {
  const { stderr, exitCode } = await pod.exec(['sh', '-c', kernelMessage, 'kmsg', line])
  if (exitCode !== 0)
    throw new Error(`writing to /dev/kmsg in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
}
