import type { MachineFiles } from '../machine/machine.ts'
import type { Departures } from '../faults/departures.ts'
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
): SandboxFiles {
  const directories = directoriesOf(sandboxId, handler)
  for (const directory of directories) files.mkdir(directory, 0o750)
  for (const [path, text] of filesOf(sandboxId, handler)) files.write(path, text, 0o600)
  const vsock = hybridVsockPath(handler, sandboxId, departures)
  if (vsock !== null) files.write(vsock, '', 0o755)
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
  const vm = handler.hypervisor === 'firecracker' ? `/run/vc/firecracker/${sandboxId}` : `/run/vc/vm/${sandboxId}`
  return [vm, `/run/vc/sbs/${sandboxId}`]
}

function filesOf(sandboxId: string, handler: KataHandler): [path: string, text: string][] {
  if (handler.language === 'rust') return [[`/run/kata/${sandboxId}/shim-monitor.sock`, '']]
  const sandbox: [string, string][] = [
    [`/run/vc/sbs/${sandboxId}/persist.json`, '{}'],
    [`/run/vc/sbs/${sandboxId}/shim-monitor.sock`, ''],
    [`/run/vc/sbs/${sandboxId}/${sandboxId}/persist.json`, '{}'],
  ]
  if (handler.hypervisor === 'firecracker')
    return [...sandbox, [`/run/vc/firecracker/${sandboxId}/root/fcConfig.json`, '{}']]
  const sockets =
    handler.hypervisor === 'qemu'
      ? ['console.sock', 'qmp.sock', 'vhost-fs.sock', 'pid']
      : ['clh-api.sock', 'virtiofsd.sock']
  return [...sandbox, ...sockets.map((name): [string, string] => [`/run/vc/vm/${sandboxId}/${name}`, ''])]
}
