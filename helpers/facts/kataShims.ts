import type { Hypervisor, ShimFamily } from './facts.ts'
import { architecturesOf } from './shimArchitectures.ts'

/** What kata-deploy ships under a shim's name. */
export interface KnownShim {
  readonly shim: string
  readonly family: ShimFamily
  readonly hypervisor: Hypervisor
  /** The guest is a TEE's or a CoCo guest. */
  readonly confidential: boolean
  /** Architectures on which a release of kata-deploy installs it, unless values say otherwise. */
  architectures(kataVersion: string | null): readonly string[]
}

const shim = (name: string, hypervisor: Hypervisor, family: ShimFamily): KnownShim => ({
  shim: name,
  family,
  hypervisor,
  confidential: /(^|-)(snp|tdx|se|cca|coco-dev)(-|$)/.test(name),
  architectures: (kataVersion) => architecturesOf(name, kataVersion),
})

const go = (hypervisor: Hypervisor, ...names: readonly string[]) => names.map((name) => shim(name, hypervisor, 'go'))
const rust = (hypervisor: Hypervisor, ...names: readonly string[]) =>
  names.map((name) => shim(name, hypervisor, 'rust'))

/** Shims of kata-deploy 3.25 to 4.1. Source: chart values by version; RUST_SHIMS in kata-deploy binary/src/utils/system.rs. */
export const knownShims: readonly KnownShim[] = [
  ...go('qemu', 'qemu', 'qemu-cca', 'qemu-coco-dev', 'qemu-nvidia-cpu', 'qemu-nvidia-gpu'),
  ...go('qemu', 'qemu-nvidia-gpu-snp', 'qemu-nvidia-gpu-tdx', 'qemu-se', 'qemu-snp', 'qemu-tdx'),
  ...rust(
    'qemu',
    'qemu-runtime-rs',
    'qemu-coco-dev-runtime-rs',
    'qemu-nvidia-cpu-runtime-rs',
    'qemu-nvidia-gpu-runtime-rs',
  ),
  ...rust('qemu', 'qemu-nvidia-gpu-snp-runtime-rs', 'qemu-nvidia-gpu-tdx-runtime-rs'),
  ...rust('qemu', 'qemu-se-runtime-rs', 'qemu-snp-runtime-rs', 'qemu-tdx-runtime-rs'),
  ...go('cloud-hypervisor', 'clh', 'clh-azure'),
  ...rust('cloud-hypervisor', 'cloud-hypervisor', 'clh-runtime-rs', 'clh-azure-runtime-rs'),
  ...go('firecracker', 'fc'),
  ...rust('dragonball', 'dragonball'),
  ...go('stratovirt', 'stratovirt'),
  ...go('remote', 'remote'),
]

/** The shim that kata-deploy serves under a handler: `kata-<shim>`. Null for custom runtimes, whose base the name does not tell. */
export const shimOfHandler = (handler: string): KnownShim | null =>
  knownShims.find((each) => handler === `kata-${each.shim}`) ?? null
