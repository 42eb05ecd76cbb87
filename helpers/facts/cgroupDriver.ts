import type { ContainerdConfig } from '../node/containerdConfig.ts'
import { known, unknown, type Fact } from './fact.ts'

/** Who makes the pods' cgroups: systemd, or containerd itself. From SystemdCgroup of the default runtime; absent is cgroupfs. */
export function detectCgroupDriver(config: ContainerdConfig | null, why: string): Fact<'systemd' | 'cgroupfs'> {
  if (!config) return unknown(why)
  const name = config.defaultRuntime ?? 'runc'
  const runtime = config.runtimes.find((each) => each.handler === name)
  if (!runtime) return unknown(`no runtime ${name} in ${config.files.join(', ')}`)
  return known(
    runtime.systemdCgroup ? 'systemd' : 'cgroupfs',
    `SystemdCgroup of runtime ${name} in containerd's configuration`,
  )
}
