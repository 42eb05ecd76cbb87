import type { Kernel } from '../kernel/kernel.ts'

/** /proc/meminfo: figures of the model in the order and with the relations of a recorded Linux 6.x. */
export function meminfo(kernel: Kernel): string {
  const { memory } = kernel
  const { idle } = memory
  const shmem = memory.shmemKiB + (kernel.distribution ? 8912 : 16)
  const cached = idle.cached + memory.cacheKiB + memory.shmemKiB
  const anon = idle.anon + memory.anonKiB + memory.residentKiB
  const files = idle.buffers + cached - memory.shmemKiB
  const activeFile = kernel.distribution ? files * 0.93 : Math.min(files, 124)
  const unreclaimable = idle.slabUnreclaimable + kernel.memory.slabKiB
  const slab = idle.slabReclaimable + unreclaimable
  const shown = kernel.spec.shows?.meminfo?.()
  const rows: [string, number][] = [
    ['MemTotal', shown?.MemTotal ?? memory.totalKiB],
    ['MemFree', shown?.MemFree ?? memory.freeKiB()],
    ['MemAvailable', shown?.MemAvailable ?? availableKiB(kernel)],
    ['Buffers', idle.buffers],
    ['Cached', cached],
    ['SwapCached', 0],
    ['Active', 20 + activeFile],
    ['Inactive', anon + shmem - 20 + files - activeFile],
    ['Active(anon)', 20],
    ['Inactive(anon)', anon + shmem - 20],
    ['Active(file)', activeFile],
    ['Inactive(file)', files - activeFile],
    ['Unevictable', 0],
    ['Mlocked', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ...(kernel.distribution
      ? ([
          ['Zswap', 0],
          ['Zswapped', 0],
        ] as [string, number][])
      : []),
    ['Dirty', 0],
    ['Writeback', 0],
    ['AnonPages', anon],
    ['Mapped', idle.mapped],
    ['Shmem', shmem],
    ['KReclaimable', idle.slabReclaimable],
    ['Slab', slab],
    ['SReclaimable', idle.slabReclaimable],
    ['SUnreclaim', unreclaimable],
    ['KernelStack', idle.kernelStack],
    ['PageTables', idle.pageTables + memory.anonKiB / 512],
    ['SecPageTables', 0],
    ['NFS_Unstable', 0],
    ['Bounce', 0],
    ['WritebackTmp', 0],
    ['CommitLimit', Math.floor(memory.totalKiB / 8) * 4],
    ['Committed_AS', 10_500 + anon],
    ['VmallocTotal', 34_359_738_367],
    ['VmallocUsed', kernel.distribution ? 16_092 : 5_148],
    ['VmallocChunk', 0],
    ['Percpu', idle.percpu],
    ...(kernel.distribution ? DISTRIBUTION_ROWS : ([['Balloon', 0]] as [string, number][])),
  ]
  const lines = rows.map(([name, kib]) => line(name, kib))
  for (const name of ['Total', 'Free', 'Rsvd', 'Surp'])
    lines.push(`${`HugePages_${name}:`.padEnd(16)}${'0'.padStart(8)}\n`)
  lines.push(
    line('Hugepagesize', 2048),
    line('Hugetlb', 0),
    line('DirectMap4k', 18_300),
    line('DirectMap2M', mapped2M(memory.totalKiB)),
    line('DirectMap1G', 0),
  )
  return lines.join('')
}

const DISTRIBUTION_ROWS: [string, number][] = [
  ['HardwareCorrupted', 0],
  ['AnonHugePages', 0],
  ['ShmemHugePages', 0],
  ['ShmemPmdMapped', 0],
  ['FileHugePages', 0],
  ['FilePmdMapped', 0],
  ['Unaccepted', 0],
]

/** si_mem_available: free, less what the kernel keeps, plus what it could give back (mm/show_mem.c). */
export function availableKiB(kernel: Kernel): number {
  const { memory } = kernel
  const reserve = memory.reserveKiB()
  const cache = memory.idle.buffers + memory.idle.cached + memory.cacheKiB
  const reclaimable = memory.idle.slabReclaimable
  const low = reserve / 2
  return Math.max(
    0,
    memory.freeKiB() - reserve + cache - Math.min(cache / 2, low) + reclaimable - Math.min(reclaimable / 2, low),
  )
}

function line(name: string, kib: number): string {
  return `${`${name}:`.padEnd(16)}${String(Math.round(kib)).padStart(8)} kB\n`
}

function mapped2M(totalKiB: number): number {
  return Math.ceil((totalKiB + 205_000) / 2048) * 2048
}
