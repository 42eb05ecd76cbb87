import type { EffectiveToml } from '../node/effectiveToml.ts'
import type { DeclaredClass } from '../profile/profile.ts'
import type { TomlTable } from '../node/mergeToml.ts'
import type { KnownShim } from './kataShims.ts'
import { majorMinor } from './kataVersion.ts'

/**
 * The configuration that a class's name promises, for a class whose handler runs something that is not Kata: what kata-deploy ships for the
 * shim, with the settings that the operator declares. Nothing of it is on a node; it is what the class's pods are held to, so that claims about
 * them are observed, and turn red with what was seen. Only what decides a sandbox's kind and size is said, the rest stays unknown. `because`:
 * what runs the handler really.
 */
export function promisedToml(
  shim: KnownShim,
  declared: DeclaredClass | null,
  kataVersion: string | null,
  because: string,
): EffectiveToml {
  const settings: TomlTable = {
    // config-settings.go.in: DEFMEMSZ, DEFVCPUS, DEFMAXVCPUS.
    default_memory: declared?.defaultMemoryMiB ?? 2048,
    default_vcpus: declared?.defaultVcpus ?? 1,
    default_maxvcpus: 0,
    shared_fs: sharedFs(shim),
    confidential_guest: shim.confidential,
    ...(declared?.blockDeviceUse === undefined
      ? {}
      : { disable_block_device_use: !declared.blockDeviceUse, block_device_driver: 'virtio-scsi' }),
  }
  const runtime: TomlTable = { static_sandbox_resource_mgmt: isStatic(shim, kataVersion) }
  const source = declared ? "what kata-deploy ships, with the profile's settings" : 'what kata-deploy ships'
  return {
    path: `${source}, for shim ${shim.shim} (${because})`,
    dropIns: [],
    values: { hypervisor: { [tableOf(shim)]: settings }, runtime },
  }
}

/** Go says clh, runtime-rs cloud-hypervisor. */
const tableOf = ({ hypervisor, family }: KnownShim): string =>
  hypervisor === 'cloud-hypervisor' && family === 'go' ? 'clh' : hypervisor

/** Packaged configurations: Firecracker has no shared file system, Dragonball serves the files itself (runtime-rs Makefile, DBSHAREDFS). */
function sharedFs({ hypervisor }: KnownShim): string {
  if (hypervisor === 'firecracker' || hypervisor === 'remote') return 'none'
  return hypervisor === 'dragonball' ? 'inline-virtio-fs' : 'virtio-fs'
}

/** The packaged static_sandbox_resource_mgmt: Firecracker true; Rust true from 3.32; Go false. */
function isStatic({ hypervisor, family }: KnownShim, kataVersion: string | null): boolean {
  const [major, minor] = majorMinor(kataVersion) ?? [3, 26]
  return hypervisor === 'firecracker' || (family === 'rust' && (major > 3 || minor >= 32))
}
