import { randomUUID } from 'node:crypto'
import { MachineError } from '../machineError.ts'
import type { IpcNamespace } from '../machine.ts'
import type { NetNamespace } from '../machineNetwork.ts'
import type { Reader } from '../fs/inode.ts'
import type { Kernel } from './kernel.ts'
import { IpcNs, NetNs } from './namespaces.ts'
import type { PidNs } from './namespaces.ts'

/** Parameters of a namespace by their path's start; all others are the kernel's. */
const OF_NET = /^net\//
const OF_IPC = /^(kernel\/(shm|msg|sem)|fs\/mqueue\/)/

/** Values of a kernel as booted (Linux 6.x; recorded in guest and on node). */
const DEFAULTS: Record<string, string> = {
  'fs/inotify/max_user_instances': '128',
  'fs/inotify/max_user_watches': '14311',
  'fs/mqueue/msg_max': '10',
  'fs/mqueue/queues_max': '256',
  'fs/nr_open': '1048576',
  'fs/pipe-max-size': '1048576',
  'fs/aio-max-nr': '65536',
  'kernel/cap_last_cap': '40',
  'kernel/core_pattern': 'core',
  'kernel/ctrl-alt-del': '0',
  'kernel/dmesg_restrict': '0',
  'kernel/domainname': '(none)',
  'kernel/kptr_restrict': '0',
  'kernel/modules_disabled': '0',
  'kernel/msgmax': '8192',
  'kernel/msgmnb': '16384',
  'kernel/msgmni': '32000',
  'kernel/ngroups_max': '65536',
  'kernel/ostype': 'Linux',
  'kernel/overflowuid': '65534',
  'kernel/panic': '1',
  'kernel/panic_on_oops': '0',
  'kernel/perf_event_paranoid': '2',
  'kernel/printk': '4\t4\t1\t7',
  'kernel/randomize_va_space': '2',
  'kernel/sched_rt_runtime_us': '950000',
  'kernel/sem': '32000\t1024000000\t500\t32000',
  'kernel/shm_rmid_forced': '0',
  'kernel/shmall': '18446744073692774399',
  'kernel/shmmax': '18446744073692774399',
  'kernel/shmmni': '4096',
  'kernel/sysrq': '0',
  'kernel/random/entropy_avail': '256',
  'kernel/random/poolsize': '256',
  'net/core/rmem_default': '212992',
  'net/core/rmem_max': '212992',
  'net/core/somaxconn': '4096',
  'net/core/wmem_default': '212992',
  'net/core/wmem_max': '212992',
  'net/core/netdev_max_backlog': '1000',
  'net/ipv4/conf/all/forwarding': '0',
  'net/ipv4/conf/all/rp_filter': '0',
  'net/ipv4/conf/default/rp_filter': '0',
  'net/ipv4/icmp_echo_ignore_all': '0',
  'net/ipv4/ip_forward': '0',
  'net/ipv4/ip_local_port_range': '32768\t60999',
  'net/ipv4/ip_unprivileged_port_start': '0',
  'net/ipv4/ping_group_range': '0\t2147483647',
  'net/ipv4/tcp_fin_timeout': '60',
  'net/ipv4/tcp_keepalive_intvl': '75',
  'net/ipv4/tcp_keepalive_probes': '9',
  'net/ipv4/tcp_keepalive_time': '7200',
  'net/ipv4/tcp_max_syn_backlog': '128',
  'net/ipv4/tcp_rmem': '4096\t131072\t6291456',
  'net/ipv4/tcp_syncookies': '1',
  'net/ipv4/tcp_tw_reuse': '2',
  'net/ipv4/tcp_wmem': '4096\t16384\t4194304',
  'net/ipv6/conf/all/disable_ipv6': '0',
  'net/ipv6/conf/all/forwarding': '0',
  'net/ipv6/conf/default/disable_ipv6': '0',
  'vm/dirty_background_ratio': '10',
  'vm/dirty_ratio': '20',
  'vm/drop_caches': '0',
  'vm/max_map_count': '65530',
  'vm/mmap_min_addr': '4096',
  'vm/nr_hugepages': '0',
  'vm/overcommit_memory': '0',
  'vm/overcommit_ratio': '50',
  'vm/panic_on_oom': '0',
  'vm/swappiness': '60',
  'vm/vfs_cache_pressure': '100',
}

/** /proc/sys: the kernel's parameters, those of a namespace by who asks. */
export class Sysctls {
  readonly #kernel: Kernel
  readonly #set = new Map<string, string>()

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    for (const [name, value] of Object.entries(kernel.spec.sysctls ?? {})) this.#set.set(name, value)
  }

  /** Names of everything below /proc/sys, as paths. */
  names(): string[] {
    const made = [
      'kernel/hostname',
      'kernel/osrelease',
      'kernel/version',
      'kernel/pid_max',
      'kernel/threads-max',
      'kernel/random/boot_id',
      'kernel/random/uuid',
      'kernel/ns_last_pid',
      'vm/min_free_kbytes',
      'fs/file-max',
      'kernel/unprivileged_bpf_disabled',
      'fs/file-nr',
    ]
    return [...new Set([...Object.keys(DEFAULTS), ...made, ...this.#set.keys()])]
  }

  read(name: string, reader: Reader): string | undefined {
    const kernel = this.#kernel
    const context = reader?.context
    switch (name) {
      case 'kernel/hostname':
        return (context?.utsNs ?? kernel.rootUtsNs).hostname
      case 'kernel/osrelease':
        return kernel.spec.kernel.release
      case 'kernel/version':
        return kernel.spec.kernel.version
      case 'kernel/pid_max':
        return String(this.#pidNsOf(reader).pidMax)
      case 'kernel/ns_last_pid':
        return String((context?.pidNs ?? kernel.rootPidNs).lastPid)
      case 'kernel/threads-max':
        return this.#set.get(name) ?? String(Math.round(kernel.memory.totalKiB / 128.17))
      case 'kernel/random/boot_id':
        return kernel.spec.bootId
      case 'kernel/random/uuid':
        return randomUUID()
      case 'kernel/unprivileged_bpf_disabled':
        return this.#set.get(name) ?? (kernel.distribution ? '2' : '0')
      case 'fs/file-max':
        return this.#set.get(name) ?? this.#fileMax()
      case 'fs/file-nr':
        return `480\t0\t${this.#set.get('fs/file-max') ?? this.#fileMax()}`
      case 'vm/min_free_kbytes':
        return this.#set.get(name) ?? String(Math.round(Math.sqrt(kernel.memory.totalKiB * 16)))
    }
    return this.#namespaced(name, reader)?.get(name) ?? this.#set.get(name) ?? DEFAULTS[name]
  }

  /** A file takes about a KiB, and files a tenth of the memory (files_maxfiles_init); systemd of a distribution lifts that. */
  #fileMax(): string {
    const kernel = this.#kernel
    return kernel.distribution ? '9223372036854775807' : String(Math.round(kernel.memory.totalKiB * 0.0977))
  }

  /** @throws MachineError EPERM, EINVAL */
  write(name: string, text: string, reader: Reader): void {
    const value = text.replace(/\n$/, '')
    this.#kernel.spec.reaches?.setSysctl?.(name, value)
    const kernel = this.#kernel
    if (name === 'kernel/hostname') (reader?.context.utsNs ?? kernel.rootUtsNs).hostname = value
    else if (name === 'kernel/pid_max') this.#pidNsOf(reader).pidMax = Number(value)
    else if (name.startsWith('kernel/random/') || name === 'kernel/osrelease')
      throw new MachineError('EACCES', 'Permission denied')
    else if (name === 'vm/drop_caches') kernel.pageCache.drop()
    else if (/^\d/.test(this.read(name, reader) ?? '') && !/^-?\d[\d\s]*$/.test(value))
      throw new MachineError('EINVAL', 'Invalid argument')
    else (this.#namespaced(name, reader) ?? this.#set).set(name, value.trim().split(/\s+/).join('\t'))
  }

  setIn(name: string, value: string, namespace?: NetNamespace | IpcNamespace): void {
    const text = value.trim().split(/\s+/).join('\t')
    if (namespace instanceof NetNs || namespace instanceof IpcNs) namespace.sysctls.set(name, text)
    else this.#set.set(name, text)
  }

  /** kernel.pid_max belongs to a PID namespace since Linux 6.14 (recorded: not on 6.12). */
  #pidNsOf(reader: Reader): PidNs {
    const { rootPidNs, spec } = this.#kernel
    const [major = 0, minor = 0] = spec.kernel.release.split('.').map(Number)
    return major > 6 || (major === 6 && minor >= 14) ? (reader?.context.pidNs ?? rootPidNs) : rootPidNs
  }

  #namespaced(name: string, reader: Reader): Map<string, string> | null {
    if (OF_NET.test(name)) return (reader?.context.netNs ?? this.#kernel.rootNetNs).sysctls
    if (OF_IPC.test(name)) return (reader?.context.ipcNs ?? this.#kernel.rootIpcNs).sysctls
    return null
  }
}
