/** Where a figure of the guide is measured by this suite. */
export type Source =
  /** A figure that BENCH measures in blocks. Null: on the default runtime, beside whichever class. */
  | { readonly figure: string; readonly class: string | null }
  /** A value that a check measures once. `class`: only on classes like this one of the guide. */
  | { readonly behaviour: string; readonly measurement: string; readonly class?: string | null }
  /** An outcome: what became of the check. */
  | { readonly verdictOf: string }

/** A row of fixtures/baselines.yaml. */
export type Row = Readonly<Record<string, string | number | null>>

export interface Column {
  /** Key in the row. */
  readonly key: string
  readonly title: string
  readonly unit: string
  /** Null: nothing of this suite measures that. */
  readonly source: (row: Row, index: number) => Source | null
}

export interface Definition {
  /** Key in fixtures/baselines.yaml. */
  readonly table: string
  /** Heading of the guide 3.26.0. */
  readonly title: string
  readonly label: (row: Row) => string
  readonly columns: readonly Column[]
}

const classOf = (row: Row): string => String(row['class'])
const isDefault = (row: Row): boolean => row['class'] === 'crun'

/** Of tables with a row for each class: a figure of BENCH. */
const figure = (key: string, title: string, unit: string, metric: string): Column => ({
  key,
  title,
  unit,
  source: (row) => ({ figure: metric, class: isDefault(row) ? null : classOf(row) }),
})

/** Of tables with a row for each class: a measurement of a check, on classes like the row's. */
const measured = (key: string, title: string, unit: string, behaviour: string, measurement: string): Column => ({
  key,
  title,
  unit,
  source: (row) => (isDefault(row) ? null : { behaviour, measurement, class: classOf(row) }),
})

const unmeasured = (key: string, title: string, unit: string): Column => ({ key, title, unit, source: () => null })

/** Of tables whose rows have a source each, by their place. */
const inOrder = (key: string, title: string, unit: string, sources: readonly (Source | null)[]): Column => ({
  key,
  title,
  unit,
  source: (_, index) => sources[index] ?? null,
})

const minimal = 'kata-qemu-minimal'
const onMinimal = (behaviour: string, measurement: string): Source => ({ behaviour, measurement, class: minimal })
const of = (behaviour: string, measurement: string): Source => ({ behaviour, measurement })

const byClass = classOf
const asked = (row: Row): string =>
  `request ${String(row['request'] ?? 'none')}, limit ${String(row['limit'] ?? 'none')}`
/** Of tables that the guide has as one column of figures. */
const named = (row: Row): string => String(row['name'])
const single = (sources: Readonly<Record<string, Source>>): Column => ({
  key: 'value',
  title: 'value',
  unit: 'MiB',
  source: (row) => sources[named(row)] ?? null,
})

const rssRow = (what: string, row: Row): Source =>
  of(
    'KATA-MEM-019',
    `RSS of the VMM ${what}, default_memory ${String(row['default_memory'])}, limit ${String(row['limit'] ?? 'none')}`,
  )

/** Every table of figures that the guide has, in its order. */
export const definitions: readonly Definition[] = [
  {
    table: 'vm_memory_sizing_default_256',
    title: 'Memory of the guest by request and limit, default_memory 256',
    label: asked,
    columns: [
      inOrder('guest_free_m', 'MemTotal', 'MiB', [
        onMinimal('KATA-MEM-001', 'MemTotal'),
        onMinimal('KATA-MEM-002', 'MemTotal'),
        null,
      ]),
      inOrder('hotplug', 'plugged', 'MiB', [
        null,
        null,
        onMinimal('KATA-MEM-003', 'MemTotal added by limits.memory 256Mi'),
      ]),
    ],
  },
  {
    table: 'guest_memory_default_256',
    title: 'Memory of an idle guest, default_memory 256',
    label: named,
    columns: [
      single({
        qemu_m: onMinimal('KATA-MEM-007', '-m'),
        kernel_reserve: onMinimal('KATA-MEM-006', 'kernel reserve'),
        mem_total: onMinimal('KATA-MEM-008', 'MemTotal'),
        used: onMinimal('KATA-MEM-009', 'used memory'),
        mem_available: onMinimal('KATA-MEM-010', 'MemAvailable'),
        slab: onMinimal('KATA-MEM-011', 'Slab'),
        s_unreclaim: onMinimal('KATA-MEM-011', 'SUnreclaim'),
        s_reclaimable: onMinimal('KATA-MEM-011', 'SReclaimable'),
        percpu: onMinimal('KATA-MEM-011', 'Percpu'),
        anon_pages: onMinimal('KATA-MEM-011', 'AnonPages'),
        mapped: onMinimal('KATA-MEM-011', 'Mapped'),
        buffers_cached: onMinimal('KATA-MEM-011', 'Buffers + Cached'),
      }),
    ],
  },
  {
    table: 'oom_limit_256Mi',
    title: 'Allocations under a limit of 256Mi',
    label: (row) => `${String(row['alloc'])} MiB`,
    columns: [
      inOrder(
        'result',
        'outcome',
        '',
        ['KATA-OOM-001', 'KATA-OOM-002', 'KATA-OOM-003'].map((id) => ({ verdictOf: id })),
      ),
    ],
  },
  {
    table: 'host_rss_idle_qemu_minimal',
    title: 'Processes of an idle pod on the node, kata-qemu-minimal',
    label: named,
    columns: [
      single({
        shim: onMinimal('KATA-FOOTPRINT-002', 'RSS of the Go shim'),
        qemu: onMinimal('KATA-FOOTPRINT-003', 'RSS of QEMU'),
        virtiofsd: onMinimal('KATA-FOOTPRINT-004', 'RSS of virtiofsd'),
        total: onMinimal('KATA-FOOTPRINT-001', 'RSS of shim, VMM and virtiofsd'),
      }),
    ],
  },
  {
    table: 'host_rss_by_default_memory',
    title: 'Memory of the hypervisor on the node by default_memory',
    label: (row) => `default_memory ${String(row['default_memory'])}, limit ${String(row['limit'] ?? 'none')}`,
    columns: [
      { key: 'rss_idle', title: 'RSS idle', unit: 'MiB', source: (row) => rssRow('fresh', row) },
      { key: 'rss_load', title: 'RSS under load', unit: 'MiB', source: (row) => rssRow('after load', row) },
    ],
  },
  {
    table: 'vcpu_sizing_default_1',
    title: 'vCPUs by request and limit, default_vcpus 1',
    label: asked,
    columns: [
      inOrder(
        'nproc',
        'nproc',
        '',
        [1, 2, 3, 4, 5, 6, 7].map((number) => of(`KATA-CPU-00${number}`, 'vCPUs')),
      ),
    ],
  },
  {
    table: 'cpu_scaling_4x_gzip_500MB',
    title: 'Four workers by CPU limit',
    label: asked,
    columns: [
      inOrder('speedup', 'speed-up', '', [
        null,
        ...['two', 'three', 'five'].map((vcpus) => of('KATA-CPU-013', `speed-up on ${vcpus} vCPUs`)),
      ]),
      inOrder(
        'rss_idle_mib',
        'RSS of the hypervisor',
        'MiB',
        [1, 2, 3, 5].map((vcpus) => of('KATA-CPU-014', `RSS of the VMM, ${vcpus} vCPUs`)),
      ),
      unmeasured('seconds', 'time of gzip', 's'),
    ],
  },
  {
    table: 'block_vs_filesystem_50MB',
    title: 'Volumes of mode Block and Filesystem',
    label: (row) => String(row['mode']),
    columns: [
      {
        key: 'write',
        title: 'write',
        unit: 'MB/s',
        source: (row) => of('KATA-BLOCK-011', `write, mode ${String(row['mode'])}`),
      },
      unmeasured('read', 'read', 'MB/s'),
    ],
  },
  {
    table: 'start_time',
    title: 'Start of a pod',
    label: byClass,
    columns: [figure('no_pvc', 'without a volume', 's', 'cold-start'), unmeasured('pvc', 'with a volume of Ceph', 's')],
  },
  {
    table: 'idle_memory_default_2048',
    title: 'Memory of an idle pod, default_memory 2048',
    label: byClass,
    columns: [
      measured('shim', 'shim', 'MiB', 'KATA-FOOTPRINT-005', 'RSS of the shim'),
      measured('vmm', 'hypervisor', 'MiB', 'KATA-FOOTPRINT-005', 'RSS of the VMM'),
      measured('virtiofsd', 'virtiofsd', 'MiB', 'KATA-FOOTPRINT-005', 'RSS of virtiofsd'),
      measured('total', 'total', 'MiB', 'KATA-FOOTPRINT-005', 'RSS of all of them'),
    ],
  },
  {
    table: 'cpu_gzip_200MB',
    title: 'Computing in one thread',
    label: byClass,
    columns: [
      measured(
        'overhead_pct',
        'longer than the default runtime',
        '%',
        'KATA-BENCH-003',
        'time beyond that of the default runtime',
      ),
      unmeasured('value', 'gzip of 200 MB', 's'),
    ],
  },
  {
    table: 'io_seq_100MB_pvc',
    title: 'Sequential transfers of 100 MB to a volume',
    label: byClass,
    columns: [figure('write', 'write', 'MB/s', 'disk-write'), figure('read', 'read', 'MB/s', 'disk-read')],
  },
  {
    table: 'io_fdatasync_drop_caches',
    title: 'Flushed writes, and reads with purged caches',
    label: byClass,
    columns: [
      figure('write', 'flushed write', 'MB/s', 'disk-write-flushed'),
      figure('read_purged', 'read, purged', 'MB/s', 'disk-read-purged'),
      figure('read_cached', 'read, cached', 'MB/s', 'disk-read-cached'),
    ],
  },
  {
    table: 'network_same_node_iperf3',
    title: 'Network between two pods of a node',
    label: byClass,
    columns: [figure('throughput', 'TCP', 'Gbit/s', 'tcp-throughput'), figure('ping', 'ping', 'ms', 'ping-round-trip')],
  },
]
