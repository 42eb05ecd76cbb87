import type { ContainerdConfig } from '../node/containerdConfig.ts'
import { known, unknown, type Fact } from './fact.ts'

/** Snapshotters that a node's containerd has set up. */
export function detectSnapshotters(config: ContainerdConfig | null, why: string): Fact<readonly string[]> {
  return config ? known(config.snapshotters, `containerd's configuration (${config.files.join(', ')})`) : unknown(why)
}
