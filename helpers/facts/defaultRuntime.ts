import type { ContainerdConfig } from '../node/containerdConfig.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

/** The handler that pods without RuntimeClass get, with what runs it: "runc (io.containerd.runc.v2)". */
export const detectDefaultRuntime = (probe: NodeProbe | null, config: ContainerdConfig | null): Promise<Fact<string>> =>
  probed(probe, async () => {
    if (!config) return unknown('no configuration of containerd in a known place')
    const name = config.defaultRuntime ?? 'runc'
    const type = config.runtimes.find((each) => each.handler === name)?.type
    const where =
      config.defaultRuntime === null
        ? `${config.files[0]} names none, containerd's own default`
        : `default_runtime_name in ${config.files[0]}`
    return known(type ? `${name} (${type})` : name, where)
  })
