import type { Kernel } from '../kernel/kernel.ts'

const AMD = {
  family: 23,
  model: 1,
  stepping: 2,
  microcode: '0x1000065',
  mhz: 2300,
  bugs: 'fxsave_leak sysret_ss_attrs null_seg spectre_v1 spectre_v2 spec_store_bypass retbleed smt_rsb srso div0',
  cache: 512,
}
const INTEL = {
  family: 6,
  model: 106,
  stepping: 6,
  microcode: '0xd0003d1',
  mhz: 2600,
  bugs: 'spectre_v1 spectre_v2 spec_store_bypass swapgs eibrs_pbrsb bhi',
  cache: 49_152,
}

/** /proc/cpuinfo of the CPUs that are online. */
export function cpuinfo(kernel: Kernel): string {
  const { vendor, model, flags } = kernel.spec.cpu
  const amd = vendor === 'AuthenticAMD'
  const kind = amd ? AMD : INTEL
  return kernel.online
    .map((id, index) =>
      [
        `processor\t: ${id}`,
        `vendor_id\t: ${vendor}`,
        `cpu family\t: ${kind.family}`,
        `model\t\t: ${kind.model}`,
        `model name\t: ${model}`,
        `stepping\t: ${kind.stepping}`,
        `microcode\t: ${kind.microcode}`,
        `cpu MHz\t\t: ${kind.mhz.toFixed(3)}`,
        `cache size\t: ${kind.cache} KB`,
        'physical id\t: 0',
        `siblings\t: ${kernel.online.length}`,
        `core id\t\t: ${index}`,
        `cpu cores\t: ${kernel.online.length}`,
        `apicid\t\t: ${id}`,
        `initial apicid\t: ${id}`,
        'fpu\t\t: yes',
        'fpu_exception\t: yes',
        `cpuid level\t: ${amd ? 13 : 27}`,
        'wp\t\t: yes',
        `flags\t\t: ${flags.join(' ')}`,
        `bugs\t\t: ${kind.bugs}${amd && !kernel.distribution ? ' spectre_v2_user' : ''}`,
        `bogomips\t: ${(kind.mhz * 2).toFixed(2)}`,
        ...(amd ? ['TLB size\t: 1024 4K pages'] : []),
        'clflush size\t: 64',
        'cache_alignment\t: 64',
        'address sizes\t: 40 bits physical, 48 bits virtual',
        'power management:',
        '',
        '',
      ].join('\n'),
    )
    .join('')
}

/** 0-3,5 */
export function cpuList(ids: number[]): string {
  const parts: string[] = []
  for (let from = 0; from < ids.length;) {
    let to = from
    while (ids[to + 1] === (ids[to] as number) + 1) to++
    parts.push(from === to ? `${ids[from]}` : `${ids[from]}-${ids[to]}`)
    from = to + 1
  }
  return parts.join(',')
}

export function cpuMask(ids: number[]): string {
  return ids.reduce((mask, id) => mask | (1n << BigInt(id)), 0n).toString(16)
}
