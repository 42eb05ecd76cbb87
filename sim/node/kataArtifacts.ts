import type { MachineCommandCall, MachineFiles } from '../machine/machine.ts'
import type { Departures } from '../faults/departures.ts'
import { configDirectory, configPath, kataPrefix, type KataHandler } from '../shims/kataHandler.ts'
import type { KataRelease } from '../shims/kataRelease.ts'
import { baseConfiguration, baseToml, dropInToml } from '../shims/shimToml.ts'

const share = `${kataPrefix}/share/kata-containers`
const defaults = `${kataPrefix}/share/defaults/kata-containers`

/** Bytes of the guest image: part of QEMU's command line. */
export const guestImageBytes = 268_435_456

/** Paths of what a guest boots from, behind the links that the configuration names. */
export function bootFiles(release: KataRelease): { kernel: string; dragonballKernel: string; image: string } {
  return {
    kernel: `${share}/vmlinux-${release.guestKernel}-${release.kernelConfig}`,
    dragonballKernel: `${share}/vmlinux-${release.dragonballKernel}-${release.kernelConfig}-dragonball-experimental`,
    image: `${share}/kata-ubuntu-noble.image`,
  }
}

/** What kata-deploy leaves on a node: binaries, guest kernel and image, configuration of each handler. */
export function installKata(
  files: MachineFiles,
  handlers: readonly KataHandler[],
  release: KataRelease,
  departures: Departures,
  second: boolean,
): void {
  files.write(`${kataPrefix}/VERSION`, `${release.version}\n`)
  files.write(`${kataPrefix}/versions.yaml`, `assets:\n  kernel:\n    version: "v${release.guestKernel}"\n`)
  for (const { path, version } of binaries(release)) {
    files.registerCommand(path, (call) => runBinary(call, version))
  }
  installGuest(files, release)
  for (const handler of handlers) installConfiguration(files, handler, release, departures)
  const linked =
    second && departures.defaultConfiguration === 'nothing'
      ? 'configuration-qemu.toml.rpmsave'
      : 'configuration-qemu.toml'
  files.symlink(linked, `${defaults}/configuration.toml`)
  if (second) for (const path of departures.missingOnSecondNode) files.remove(path)
}

function installGuest(files: MachineFiles, release: KataRelease): void {
  const boot = bootFiles(release)
  files.write(boot.kernel, `Linux ${release.guestKernel}\n`)
  files.write(boot.dragonballKernel, `Linux ${release.dragonballKernel}\n`)
  files.write(boot.image, `kata-containers ${release.version} image\n`)
  files.symlink(nameOf(boot.kernel), `${share}/vmlinux.container`)
  files.symlink(nameOf(boot.dragonballKernel), `${share}/vmlinux-dragonball-experimental.container`)
  files.symlink(nameOf(boot.image), `${share}/kata-containers.img`)
  files.write(`${share}/kata-containers-initrd.img`, `kata-containers ${release.version} initrd\n`)
}

/** The base file with the drop-ins of a custom runtime, and the shim's own copy beside the chart's (`configuration-<shim>.toml`). */
function installConfiguration(
  files: MachineFiles,
  handler: KataHandler,
  release: KataRelease,
  departures: Departures,
): void {
  const configuration = baseConfiguration(handler, release)
  const hypervisor = Object.values(configuration.hypervisor as Record<string, Record<string, unknown>>)[0] ?? {}
  const memory = departures.baseDefaultMemoryMiB[handler.custom ?? `kata-${handler.shim}`]
  if (memory !== undefined) hypervisor.default_memory = memory
  if (departures.defaultVcpus !== null) hypervisor.default_vcpus = departures.defaultVcpus
  if (departures.virtiofsDax && hypervisor.virtio_fs_cache_size !== undefined) hypervisor.virtio_fs_cache_size = 1024
  const text = baseToml(configuration, handler)
  files.write(configPath(handler), text)
  files.mkdir(`${configDirectory(handler)}/config.d`)
  if (handler.dropIn !== null) {
    const disabled =
      departures.blockUseDisabled[`kata-${handler.custom ?? ''}`] ?? departures.blockUseDisabled[handler.custom ?? '']
    const wanted =
      disabled === undefined
        ? handler
        : { ...handler, dropIn: { ...handler.dropIn, disable_block_device_use: disabled } }
    const dropIn = departures.defaultVcpus === null ? wanted : withDefaultVcpus(wanted, departures.defaultVcpus)
    files.write(`${configDirectory(handler)}/config.d/50-overrides.toml`, dropInToml(dropIn))
  } else {
    const directory = handler.language === 'go' ? defaults : `${defaults}/runtime-rs`
    files.write(`${directory}/configuration-${handler.shim}.toml`, text)
  }
}

function withDefaultVcpus(handler: KataHandler, vcpus: number): KataHandler {
  return { ...handler, dropIn: { ...handler.dropIn, default_vcpus: vcpus } }
}

interface Binary {
  path: string
  /** What `--version` prints. */
  version: string
}

function binaries(release: KataRelease): Binary[] {
  const bin = `${kataPrefix}/bin`
  const go = `Kata Containers containerd shim (Golang): id: "io.containerd.kata.v2", version: ${release.version}, commit: unknown`
  const rust = `Kata Containers containerd shim (Rust): id: io.containerd.kata.v2, version: ${release.version}, commit: unknown`
  return [
    { path: `${bin}/containerd-shim-kata-v2`, version: go },
    { path: `${kataPrefix}/runtime-rs/bin/containerd-shim-kata-v2`, version: rust },
    {
      path: `${bin}/kata-runtime`,
      version: `kata-runtime  : ${release.version}\n   commit   : unknown\n   OCI specs: 1.1.0`,
    },
    { path: `${bin}/kata-monitor`, version: `kata-monitor\n Version:\t${release.version}` },
    { path: `${bin}/qemu-system-x86_64`, version: `QEMU emulator version ${release.qemu} (kata-static)` },
    { path: `${bin}/cloud-hypervisor`, version: `cloud-hypervisor v${release.cloudHypervisor}.0` },
    { path: `${bin}/firecracker`, version: `Firecracker v${release.firecracker}` },
    { path: `${bin}/jailer`, version: `Jailer v${release.firecracker}` },
    { path: `${kataPrefix}/libexec/virtiofsd`, version: `virtiofsd ${release.virtiofsd}` },
  ]
}

function runBinary({ argv, stdout, stderr }: MachineCommandCall, version: string): number {
  if (argv.includes('--version') || argv.includes('-v')) {
    stdout(`${version}\n`)
    return 0
  }
  stderr(`${argv[0] ?? ''}: a simulated binary answers --version only\n`)
  return 1
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
