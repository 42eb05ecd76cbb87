import { majorMinor } from './kataVersion.ts'

/** First and last release (both included), where it is not all of them. */
type Releases = readonly [since?: string | null, until?: string]

const amd64: Readonly<Record<string, Releases>> = { amd64: [] }
const untilArmWasDropped = { amd64: [], arm64: [null, '3.28'] } as const
const amdAndArm = { amd64: [], arm64: [] } as const
const s390x = { s390x: [] } as const

/** `shims.<shim>.supportedArches` of the chart's values.yaml, tags 3.25.0 to 4.1.0. Shims that are not here are of amd64 alone. */
const supported: Readonly<Record<string, Readonly<Record<string, Releases>>>> = {
  clh: untilArmWasDropped,
  'cloud-hypervisor': untilArmWasDropped,
  dragonball: untilArmWasDropped,
  fc: untilArmWasDropped,
  qemu: { amd64: [], arm64: [], s390x: [], ppc64le: [] },
  'qemu-runtime-rs': { amd64: [], arm64: ['3.26'], s390x: [], ppc64le: ['4.1'] },
  'qemu-nvidia-cpu': amdAndArm,
  'qemu-nvidia-cpu-runtime-rs': amdAndArm,
  'qemu-nvidia-gpu': untilArmWasDropped,
  'qemu-nvidia-gpu-runtime-rs': amdAndArm,
  'qemu-se': s390x,
  'qemu-se-runtime-rs': s390x,
  'qemu-cca': { arm64: [] },
  'qemu-coco-dev': { amd64: [], s390x: [] },
  'qemu-coco-dev-runtime-rs': { amd64: [], arm64: ['3.29'], s390x: [] },
  remote: { amd64: [], s390x: [], ppc64le: ['3.27'] },
  // In none of these charts.
  stratovirt: amdAndArm,
}

const oldest = '3.25'
const newest = '4.1'

/**
 * Architectures on which kata-deploy installs a shim (SHIMS_<arch>), as Kubernetes names them. Those of any release where the release is not known or
 * its chart is not written down here: what is left out is never tested.
 */
export function architecturesOf(shim: string, kataVersion: string | null): string[] {
  const at = order(kataVersion)
  const anyRelease = at === null || at < order(oldest)! || at > order(newest)!
  return Object.entries(supported[shim] ?? amd64)
    .filter(([, [since, until]]) => anyRelease || (at >= order(since ?? oldest)! && at <= order(until ?? newest)!))
    .map(([architecture]) => architecture)
}

/** A number that orders releases: 3026 for 3.26. Null for what is no release. */
function order(version: string | null): number | null {
  const parts = majorMinor(version)
  return parts === null ? null : parts[0] * 1000 + parts[1]
}
