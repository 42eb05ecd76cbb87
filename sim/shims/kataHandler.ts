import type { RuntimeClassScenario } from '../scenarios/scenario.ts'
import type { KataRelease } from './kataRelease.ts'

/** A handler of containerd that runs Kata: which shim, which hypervisor, which configuration files. */
export interface KataHandler {
  /** As containerd knows it. */
  name: string
  /** The chart's shim: qemu, qemu-runtime-rs, clh, cloud-hypervisor, dragonball, fc. */
  shim: string
  language: 'go' | 'rust'
  hypervisor: 'qemu' | 'cloud-hypervisor' | 'firecracker' | 'dragonball'
  /** A shim of QEMU for confidential guests. */
  variant: RuntimeClassScenario['variant']
  /** Of the customRuntimes: the directory under custom-runtimes; null for a shim of the chart. */
  custom: string | null
  /** Keys of the drop-in: of the hypervisor's section, or `section.key`. */
  dropIn: Readonly<Record<string, string | number | boolean>> | null
}

export const kataPrefix = '/opt/kata'
const defaults = `${kataPrefix}/share/defaults/kata-containers`

/** The shim of the chart for a language and a hypervisor (values.yaml, `shims`). */
export function shimName(
  language: 'go' | 'rust',
  hypervisor: KataHandler['hypervisor'],
  release: KataRelease,
  variant: KataHandler['variant'] = null,
): string {
  if (hypervisor === 'dragonball') return 'dragonball'
  if (hypervisor === 'firecracker') return 'fc'
  if (hypervisor === 'qemu') {
    const name = variant === null ? 'qemu' : `qemu-${variant}`
    return language === 'go' ? name : `${name}-runtime-rs`
  }
  return language === 'go' ? 'clh' : release.rustCloudHypervisorShim
}

/** Path of the shim's binary. Go: bin; Rust: runtime-rs/bin (kata-deploy's tarball). */
export function shimBinary(handler: Pick<KataHandler, 'language'>): string {
  return handler.language === 'go'
    ? `${kataPrefix}/bin/containerd-shim-kata-v2`
    : `${kataPrefix}/runtime-rs/bin/containerd-shim-kata-v2`
}

/** Directory of the configuration that containerd's ConfigPath points into (install.rs of kata-deploy). */
export function configDirectory(handler: KataHandler): string {
  if (handler.custom !== null) return `${defaults}/custom-runtimes/${handler.custom}`
  return handler.language === 'go'
    ? `${defaults}/runtimes/${handler.shim}`
    : `${defaults}/runtime-rs/runtimes/${handler.shim}`
}

/** The base file of the handler: `configuration-<shim>.toml`; drop-ins lie in `config.d` beside it. */
export function configPath(handler: KataHandler): string {
  return `${configDirectory(handler)}/configuration-${handler.shim}.toml`
}

/** Name of the hypervisor's section in the TOML. */
export function hypervisorSection(handler: Pick<KataHandler, 'language' | 'hypervisor'>): string {
  if (handler.hypervisor === 'cloud-hypervisor') return handler.language === 'go' ? 'clh' : 'cloud-hypervisor'
  return handler.hypervisor
}
