/** What the QEMU process of a sandbox was started with, of all that a check asks about. */
export interface QemuCommandLine {
  /** Value of -name: `sandbox-<id>`, with options after a comma. */
  readonly name: string
  /** Value of -machine: `q35,accel=kvm,nvdimm=on`. */
  readonly machine: readonly string[]
  /** Value of -cpu: `host,pmu=off`. */
  readonly cpu: readonly string[]
  /** Value of -m. */
  readonly memory: { readonly bootMiB: number; readonly slots: number | null; readonly maxMiB: number | null }
  /** Value of -smp: vCPUs at boot, and the most that can be plugged. */
  readonly vcpus: { readonly boot: number; readonly max: number | null }
  /** Values of every -device and -object, with their options. */
  readonly devices: readonly string[]
  readonly objects: readonly string[]
  readonly kernel: string
  readonly initrd: string | null
  /** Files of the host that the guest has as a disk or as persistent memory. */
  readonly images: readonly string[]
}

/**
 * Reads the arguments of a QEMU process. Two shims write them: the Go shim `-m 2048M,slots=10,maxmem=10976M` (govmm), the Rust shim
 * `-m 2G,slots=10,maxmem=31G` (runtime-rs, qemu/cmdline_generator.rs). Throws when an argument that every Kata QEMU has is missing.
 */
export function qemuCommandLine(argv: readonly string[]): QemuCommandLine {
  const every = (option: string): readonly string[] =>
    argv.flatMap((each, at) => (each === option ? [argv[at + 1] ?? ''] : []))
  const one = (option: string): string => {
    const [value] = every(option)
    if (value === undefined) throw new Error(`the hypervisor has no ${option}: ${argv.join(' ').slice(0, 300)}`)
    return value
  }
  const objects = every('-object')
  return {
    name: one('-name'),
    machine: one('-machine').split(','),
    cpu: one('-cpu').split(','),
    memory: memory(one('-m')),
    vcpus: vcpus(one('-smp')),
    devices: every('-device'),
    objects,
    kernel: one('-kernel'),
    initrd: every('-initrd')[0] ?? null,
    images: [
      ...every('-drive'),
      ...every('-blockdev'),
      ...objects.filter((object) => object.startsWith('memory-backend-file')),
    ]
      .map((value) => valueOf(value, 'mem-path') ?? valueOf(value, 'file') ?? valueOf(value, 'filename'))
      .filter((path): path is string => path !== undefined && path.startsWith('/') && !path.startsWith('/dev/')),
  }
}

/** The value of `key=` among the options of an argument: `guest-cid` of `vhost-vsock-pci,guest-cid=12`. */
export const valueOf = (argument: string, key: string): string | undefined =>
  argument
    .split(',')
    .find((option) => option.startsWith(`${key}=`))
    ?.slice(key.length + 1)

function memory(value: string): QemuCommandLine['memory'] {
  const [size = '', ...options] = value.split(',')
  const slots = valueOf(options.join(','), 'slots')
  const max = valueOf(options.join(','), 'maxmem')
  return {
    // A bare number is MiB here and bytes in maxmem: QEMU's system/vl.c adds the M to the former only.
    bootMiB: sizeInMiB(
      /^\d+$/.test(size.replace('size=', '')) ? `${size.replace('size=', '')}M` : size.replace('size=', ''),
    ),
    slots: slots === undefined ? null : Number(slots),
    maxMiB: max === undefined ? null : sizeInMiB(max),
  }
}

function vcpus(value: string): QemuCommandLine['vcpus'] {
  const max = valueOf(value, 'maxcpus')
  return { boot: Number(value.split(',')[0]?.replace('cpus=', '')), max: max === undefined ? null : Number(max) }
}

/** `2048M`, `2G`, bytes without a unit. Throws on anything else. */
function sizeInMiB(text: string): number {
  const [, digits, unit] = /^(\d+)([MG]?)$/.exec(text) ?? []
  if (digits === undefined) throw new Error(`not a size of QEMU: ${JSON.stringify(text)}`)
  return unit === 'G' ? Number(digits) * 1024 : unit === 'M' ? Number(digits) : Number(digits) / 1_048_576
}
