import type { Departures } from '../faults/departures.ts'
import { firecrackerFolder } from './firecrackerFolder.ts'
import type { KataHandler } from './kataHandler.ts'

/** Command line of Cloud Hypervisor: everything but the API socket goes over that socket (clh.go LaunchClh, runtime-rs ch). */
export function cloudHypervisorCommandLine(
  handler: Pick<KataHandler, 'language'>,
  binary: string,
  sandboxId: string,
): string[] {
  const socket =
    handler.language === 'go' ? `/run/vc/vm/${sandboxId}/clh-api.sock` : `/run/kata/${sandboxId}/ch-api.sock`
  return [binary, '--api-socket', socket]
}

/** Command line of Firecracker without jailer (fc.go fcInit): the whole VM is in the configuration file. */
export function firecrackerCommandLine(binary: string, sandboxId: string): string[] {
  const { root } = firecrackerFolder(sandboxId)
  return [binary, '--api-sock', `${root}/run/firecracker.socket`, '--config-file', `${root}/fcConfig.json`]
}

/** Command line of virtiofsd (virtiofsd.go; the Rust shim names the socket). */
export function virtiofsdCommandLine(
  handler: Pick<KataHandler, 'language'>,
  binary: string,
  sandboxId: string,
  cache: string,
  extra: readonly string[],
): string[] {
  const shared = `/run/kata-containers/shared/sandboxes/${sandboxId}`
  if (handler.language === 'go') {
    return [binary, '--syslog', `--cache=${cache}`, `--shared-dir=${shared}/shared`, '--fd=3', ...extra]
  }
  const socket = `/run/kata/${sandboxId}/virtiofsd.sock`
  return [
    binary,
    '--socket-path',
    socket,
    '--shared-dir',
    `${shared}/rw`,
    '--cache',
    cache,
    '--sandbox',
    'none',
    '--seccomp',
    'none',
    ...extra,
  ]
}

/** Command line of the shim, as containerd starts it. */
export function shimCommandLine(binary: string, sandboxId: string): string[] {
  return [
    binary,
    '-namespace',
    'k8s.io',
    '-address',
    '/run/containerd/containerd.sock',
    '-publish-binary',
    '',
    '-id',
    sandboxId,
  ]
}

/** Sockets of a VM on the node by which its agent is reached: the hybrid vsock of Cloud Hypervisor, Firecracker and Dragonball. */
export function hybridVsockPath(
  handler: Pick<KataHandler, 'language' | 'hypervisor'>,
  sandboxId: string,
  departures: Pick<Departures, 'vsock'>,
): string | null {
  if (!departures.vsock || handler.hypervisor === 'qemu') return null
  if (handler.hypervisor === 'firecracker') return `${firecrackerFolder(sandboxId).root}/kata.hvsock`
  if (handler.language === 'go') return `/run/vc/vm/${sandboxId}/clh.sock`
  return handler.hypervisor === 'dragonball'
    ? `/run/kata/${sandboxId}/root/kata.hvsock`
    : `/run/kata/${sandboxId}/ch-vm.sock`
}
