import type { MachineFiles } from '../machine/machineFiles.ts'
import { addSocket } from '../node/sockets.ts'
import type { Departures } from '../faults/departures.ts'
import { firecrackerFolder } from './firecrackerFolder.ts'
import type { KataHandler } from './kataHandler.ts'
import { hybridVsockPath } from './otherCommandLines.ts'

/** Where a sandbox's shared directory lies on the node. */
export function sharedDirectory(sandboxId: string): string {
  return `/run/kata-containers/shared/sandboxes/${sandboxId}`
}

/** The files that a shim and its VM keep on the node while the sandbox lives, as recorded for the Go shim with QEMU. */
export interface SandboxFiles {
  containerAdded(id: string): void
  removeAll(): void
}

export function createSandboxFiles(
  files: MachineFiles,
  sandboxId: string,
  handler: KataHandler,
  departures: Pick<Departures, 'vsock'>,
  now: number,
): SandboxFiles {
  const directories = directoriesOf(sandboxId, handler)
  for (const directory of directories) files.mkdir(directory, 0o750)
  for (const path of filesOf(sandboxId, handler)) {
    if (/\.sock(et)?$/.test(path)) addSocket(files, path, now, 0o600)
    else files.write(path, '{}', 0o600)
  }
  const vsock = hybridVsockPath(handler, sandboxId, departures)
  if (vsock !== null) addSocket(files, vsock, now, 0o755)
  const shared = sharedDirectory(sandboxId)
  for (const name of ['mounts', 'private', 'shared']) files.mkdir(`${shared}/${name}`, 0o755)
  files.mkdir(`${shared}/mounts/${sandboxId}/rootfs`)
  return {
    containerAdded(id) {
      files.mkdir(`${shared}/mounts/${id}/rootfs`)
      if (handler.language === 'go') files.write(`/run/vc/sbs/${sandboxId}/${id}/persist.json`, '{}', 0o600)
    },
    removeAll() {
      for (const directory of [...directories, shared]) files.remove(directory)
    },
  }
}

function directoriesOf(sandboxId: string, handler: KataHandler): string[] {
  if (handler.language === 'rust') return [`/run/kata/${sandboxId}`]
  const vm = handler.hypervisor === 'firecracker' ? firecrackerFolder(sandboxId).vm : `/run/vc/vm/${sandboxId}`
  return [vm, `/run/vc/sbs/${sandboxId}`]
}

function filesOf(sandboxId: string, handler: KataHandler): string[] {
  if (handler.language === 'rust') return [`/run/kata/${sandboxId}/shim-monitor.sock`]
  const state = [
    `${sandboxId}/persist.json`,
    `${sandboxId}/shim-monitor.sock`,
    `${sandboxId}/${sandboxId}/persist.json`,
  ].map((name) => `/run/vc/sbs/${name}`)
  if (handler.hypervisor === 'firecracker') {
    const { vm, root } = firecrackerFolder(sandboxId)
    return [...state, `${vm}/fcConfig.json`, `${root}/fcConfig.json`, `${root}/run/firecracker.socket`]
  }
  const sockets =
    handler.hypervisor === 'qemu'
      ? ['console.sock', 'qmp.sock', 'vhost-fs.sock', 'pid']
      : ['clh-api.sock', 'virtiofsd.sock']
  return [...state, ...sockets.map((name) => `/run/vc/vm/${sandboxId}/${name}`)]
}
