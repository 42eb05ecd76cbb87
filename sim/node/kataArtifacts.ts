import { stringify, type TomlTable } from 'smol-toml'
import type { MachineCommandCall } from '../machine/machineCommand.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'
import type { Departures } from '../faults/departures.ts'
import { configDirectory, configPath, kataPrefix, type KataHandler } from '../shims/kataHandler.ts'
import type { KataRelease } from '../shims/kataRelease.ts'
import { baseConfiguration, baseToml, dropInToml, mergeToml } from '../shims/shimToml.ts'

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

/** The node on which Kata is installed, of what its artifacts depend on. */
interface Target {
  release: KataRelease
  departures: Departures
  /** It is the second Kata node. */
  second: boolean
}

/** What kata-deploy leaves on a node: binaries, guest kernel and image, configuration of each handler. */
export function installKata(files: MachineFiles, target: Target & { handlers: readonly KataHandler[] }): void {
  const { release, departures, second } = target
  files.write(`${kataPrefix}/VERSION`, `${release.version}\n`)
  files.write(`${kataPrefix}/versions.yaml`, `assets:\n  kernel:\n    version: "v${release.guestKernel}"\n`)
  for (const { path, version } of binaries(release, departures)) {
    const name = path.replace(`${kataPrefix}/`, '')
    files.registerCommand(path, (call) => runBinary(call, version), programText(name, target))
  }
  installGuest(files, target)
  for (const handler of target.handlers) installConfiguration(files, handler, target)
  const linked =
    second && departures.defaultConfiguration === 'nothing'
      ? 'configuration-qemu.toml.rpmsave'
      : 'configuration-qemu.toml'
  files.symlink(linked, `${defaults}/configuration.toml`)
  if (second) for (const path of departures.missingOnSecondNode) files.remove(path)
}

/** What stands in a program, of all that its file holds: name, release, build. */
export function programText(name: string, { release, departures, second }: Target): string {
  const version = departures.olderPrograms.includes(name) ? '3.24.0' : release.version
  return `\x7fELF\x02\x01\x01\0${name}\0${version}\0${buildOf(name, { departures, second })}\0`
}

const buildOf = (name: string, { departures, second }: Pick<Target, 'departures' | 'second'>): string =>
  second && departures.secondNodeRebuiltFiles.includes(name) ? 'rebuilt' : 'released'

function installGuest(files: MachineFiles, target: Target): void {
  const { release } = target
  const boot = bootFiles(release)
  files.write(boot.kernel, `Linux ${release.guestKernel}\n`)
  files.write(boot.dragonballKernel, `Linux ${release.dragonballKernel}\n`)
  const imageBuild = buildOf(boot.image.replace(`${kataPrefix}/`, ''), target)
  files.write(boot.image, `kata-containers ${release.version} image, ${imageBuild}\n`)
  files.symlink(nameOf(boot.kernel), `${share}/vmlinux.container`)
  files.symlink(nameOf(boot.dragonballKernel), `${share}/vmlinux-dragonball-experimental.container`)
  files.symlink(nameOf(boot.image), `${share}/kata-containers.img`)
  files.write(`${share}/kata-containers-initrd.img`, `kata-containers ${release.version} initrd\n`)
}

/** The base file with the drop-ins of a custom runtime, and the shim's own copy beside the chart's (`configuration-<shim>.toml`). */
function installConfiguration(
  files: MachineFiles,
  handler: KataHandler,
  { release, departures, second }: Target,
): void {
  const configuration = baseConfiguration(handler, release, departures)
  if (departures.templating) configuration.factory = { enable_template: true }
  const hypervisor = Object.values(configuration.hypervisor as Record<string, Record<string, unknown>>)[0] ?? {}
  const memory = departures.baseDefaultMemoryMiB[handler.custom ?? `kata-${handler.shim}`]
  if (memory !== undefined) hypervisor.default_memory = memory
  if (departures.defaultVcpus !== null) hypervisor.default_vcpus = departures.defaultVcpus
  if (second && departures.secondNodeDebug) (configuration.runtime as TomlTable).enable_debug = true
  if (departures.vmTemplates && handler.hypervisor === 'qemu') configuration.factory = { enable_template: true }
  if (departures.virtiofsDax && hypervisor.virtio_fs_cache_size !== undefined) hypervisor.virtio_fs_cache_size = 1024
  const text = baseToml(configuration, handler)
  files.mkdir(`${configDirectory(handler)}/config.d`)
  if (handler.dropIn === null) {
    files.write(configPath(handler), text)
    const directory = handler.language === 'go' ? defaults : `${defaults}/runtime-rs`
    files.write(`${directory}/configuration-${handler.shim}.toml`, text)
    return
  }
  const disabled =
    departures.blockUseDisabled[`kata-${handler.custom ?? ''}`] ?? departures.blockUseDisabled[handler.custom ?? '']
  const wanted =
    disabled === undefined ? handler : { ...handler, dropIn: { ...handler.dropIn, disable_block_device_use: disabled } }
  const dropIn = dropInToml(
    departures.defaultVcpus === null ? wanted : withDefaultVcpus(wanted, departures.defaultVcpus),
  )
  if (departures.customOverridesIn === 'base-file') {
    files.write(configPath(handler), baseToml(mergeToml(stringify(configuration), [dropIn]), handler))
    return
  }
  files.write(configPath(handler), text)
  const extra = second ? departures.secondNodeDropInExtra : ''
  files.write(`${configDirectory(handler)}/config.d/50-overrides.toml`, `${dropIn}${extra}`)
}

function withDefaultVcpus(handler: KataHandler, vcpus: number): KataHandler {
  return { ...handler, dropIn: { ...handler.dropIn, default_vcpus: vcpus } }
}

interface Binary {
  path: string
  /** What `--version` prints. */
  version: string
}

function binaries(release: KataRelease, { hypervisorPaths }: Departures): Binary[] {
  const bin = `${kataPrefix}/bin`
  const vmm = (name: 'cloud-hypervisor' | 'firecracker') => hypervisorPaths[name] ?? `${bin}/${name}`
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
    { path: vmm('cloud-hypervisor'), version: `cloud-hypervisor v${release.cloudHypervisor}.0` },
    { path: vmm('firecracker'), version: `Firecracker v${release.firecracker}` },
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
