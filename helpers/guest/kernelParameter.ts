import type { PodHandle } from '../pods/podHandle.ts'

/** Value of a kernel parameter as a container sees it, fields separated by single blanks. @param name as sysctl(8) has it: vm.max_map_count */
export async function kernelParameter(pod: PodHandle, name: string, container?: string): Promise<string> {
  const path = `/proc/sys/${name.replaceAll('.', '/')}`
  const { stdout, stderr, exitCode } = await pod.read(['cat', path], container === undefined ? {} : { container })
  if (exitCode !== 0) throw new Error(`${path} in pod ${pod.name} cannot be read: ${stderr.trim()}`)
  return stdout.trim().split(/\s+/).join(' ')
}
