import type { PodHandle } from '../pods/podHandle.ts'
import type { HostProcess } from './nodeProbe.ts'

/** A folder of the suite on a node: what a hostPath mounts. */
export interface HostFolder {
  /** Absolute path on the host. */
  readonly path: string
  /** Writes a file of the folder from the host's side. */
  write(name: string, text: string): Promise<void>
  /** Reads it from the host's side; null when it is not there. */
  read(name: string): Promise<string | null>
}

/** A block device of the suite on a node: a loop device over a file of its own, never a disk. */
export interface HostBlockDevice {
  /** Absolute path on the host of a device node which is the suite's alone: no guest has a device of that name. */
  readonly path: string
  readonly sizeBytes: number
  /** Text that it begins with: written into the file, and read through the device before anybody else may write to it. */
  readonly magic: string
  /** Reads text of the file below it, from the host's side. Offset and length in bytes. */
  read(offset: number, length: number): Promise<string>
}

/**
 * What a check may change on its node: objects that the suite makes there and names after its run, and the VMM of a pod of the run; never anything that was
 * there before.
 * Each is undone when the arm ends; after a crash `clean` finds them by their name (sweepNode.ts). Needs --allow-node-changes.
 * Kernel modules, /dev/kvm, real disks, containerd's configuration, other pods' namespaces and drop_caches are never touched.
 */
export interface NodeChanges {
  /** Makes a folder with these files below /var/tmp. */
  folder(files?: Readonly<Record<string, string>>): Promise<HostFolder>
  /** Makes a message queue and a shared memory object of this name in the node's IPC namespace, both empty. */
  ipcObjects(): Promise<{ readonly name: string }>
  /** Makes a block device over a new file below /var/tmp. @param sizeMiB of the file, which is sparse */
  blockDevice(sizeMiB: number): Promise<HostBlockDevice>
  /**
   * Ends the VMM of a pod with SIGKILL, as the node's OOM killer would. Nothing is to be undone or swept: a process that has ended leaves nothing of the
   * suite's, and the pod goes with its arm, or with its namespace after a crash.
   * @param vmm of this very sandbox, as the probe sees it; a process that has ended since, or whose number is another's, is an error and nothing is signalled
   * @throws for a pod that this run has not made
   */
  killVmm(pod: Pick<PodHandle, 'uid' | 'name'>, vmm: HostProcess): Promise<void>
}
