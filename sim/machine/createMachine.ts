import { runContainer } from './container/container.ts'
import { device } from './fs/inode.ts'
import { RootFiles } from './fs/machineFiles.ts'
import { mountSystem } from './fs/systemMounts.ts'
import { Kernel } from './kernel/kernel.ts'
import { IpcNs, NetNs, PidNs } from './kernel/namespaces.ts'
import { availableKiB } from './proc/meminfo.ts'
import type { Machine, MachineProcess, MachineSpec } from './machine.ts'
import type { MachineNetwork } from './machineNetwork.ts'

const DISK_GROUP = 6

/** Boots a modelled machine: nothing runs in it yet but its kernel. */
export function createMachine(spec: MachineSpec): Machine {
  const kernel = new Kernel(spec)
  mountSystem(kernel)
  const files = new RootFiles(kernel)
  return {
    spec,
    files,
    rootPidNamespace: kernel.rootPidNs,
    rootNetNamespace: kernel.rootNetNs,
    rootIpcNamespace: kernel.rootIpcNs,
    newPidNamespace: (parent) =>
      new PidNs(String(kernel.ids.take()), (parent as PidNs | undefined) ?? kernel.rootPidNs),
    newNetNamespace: () => new NetNs(String(kernel.ids.take())),
    bindNetNamespace(path, namespace) {
      files.write(path, '')
      const inode = files.locate(path)?.inode
      if (inode) kernel.netNsFiles.set(inode, namespace as NetNs)
    },
    newIpcNamespace: () => new IpcNs(String(kernel.ids.take())),
    spawn: (process) => kernel.spawn(process).model as MachineProcess,
    spawnLater: (count, specOf) => kernel.spawnLater(count, specOf),
    runContainer: (container) => runContainer(kernel, container),
    onlineCpus: () => [...kernel.online],
    hotplugCpus: (ids) => kernel.hotplugCpus(ids),
    hotplugMemory: (mib, online) => kernel.hotplugMemory(mib, online),
    touchedKiB: () => kernel.memory.touchedKiB(),
    onTouched: (listener) => kernel.memory.onTouched(listener),
    cpuTimeMs: () => kernel.cpu.totalUsec() / 1000,
    setTime: (ms) => kernel.setTime(ms),
    signal(pid, signal) {
      const process = kernel.rootPidNs.find(pid)
      if (process && signal !== '0') process.signalled(signal)
      return process !== undefined
    },
    log: (line) => kernel.log(line),
    kernelLog: () => kernel.log_.lines(),
    onLog: (listener) => kernel.log_.onLine(listener),
    loadBpf(program) {
      const loaded = kernel.bpf.load(program)
      return () => kernel.bpf.unload(loaded)
    },
    addBlockDevice(disk) {
      kernel.disks.add(disk)
      // udev of a distribution gives disks to their group; without it devtmpfs leaves them to root
      const node = device('blockDevice', disk.major, disk.minor, kernel.now(), kernel.distribution ? 0o660 : 0o600)
      if (kernel.distribution) node.gid = DISK_GROUP
      const dev = files.locate('/dev')?.inode
      if (dev?.kind === 'directory') dev.add?.(disk.name, node)
    },
    removeBlockDevice(name) {
      const disk = kernel.disks.named(name)
      if (!disk) return
      kernel.disks.remove(disk)
      files.remove(`/dev/${name}`)
    },
    setSysctl: (name, value, namespace) => kernel.sysctls.setIn(name, value, namespace),
    get network() {
      return kernel.network
    },
    set network(network: MachineNetwork | null) {
      kernel.network = network
    },
    meminfo: () => ({
      MemTotal: kernel.memory.totalKiB,
      MemFree: Math.round(kernel.memory.freeKiB()),
      MemAvailable: Math.round(availableKiB(kernel)),
    }),
    keepSlab: (kib) => void (kernel.memory.slabKiB += kib),
    processes: () =>
      [...kernel.processes.values()].map(({ pid, parent, uid, comm, argv }) => ({
        pid,
        ppid: parent?.pid ?? 0,
        uid,
        comm,
        argv,
      })),
    onMemoryShort: (listener) => void kernel.memory.shortListeners.push(listener),
    onPanic: (listener) => void kernel.panicListeners.push(listener),
    powerOff: () => kernel.powerOff(),
  }
}
