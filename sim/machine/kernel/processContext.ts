import type { MountNamespace } from '../fs/mountNamespace.ts'
import type { Cgroup } from './cgroup.ts'
import type { IpcNs, NetNs, PidNs, UtsNs } from './namespaces.ts'

/** What a fork inherits. */
export interface ProcessContext {
  env: Record<string, string>
  cwd: string
  /** What chroot made "/", '' for none. */
  root: string
  mountNs: MountNamespace
  pidNs: PidNs
  netNs: NetNs
  ipcNs: IpcNs
  utsNs: UtsNs
  cgroup: Cgroup
  cgroupRoot: Cgroup
  uid: number
  gid: number
  groups: number[]
  capabilities: bigint
  /** The bounding set where it is larger: a container whose user is not root. */
  bounding: bigint | null
  noNewPrivs: boolean
  seccomp: boolean
  oomScoreAdj: number
  /** Devices that the cgroup lets it open, as b8:0; null: all. */
  devices: ReadonlySet<string> | null
  /** Waits at infinite speed are its own: see Parking. */
  parking: Parking | null
}

/** Simulated ms that a container's main processes may still skip on a clock of infinite speed before they wait for real. */
export interface Parking {
  budgetMs: number
}
