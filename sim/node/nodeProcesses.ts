import type { Machine } from '../machine/machine.ts'

const mib = 1024

/** Kernel threads that every Linux shows below kthreadd. */
const threads = [
  'rcu_gp',
  'rcu_par_gp',
  'slub_flushwq',
  'netns',
  'mm_percpu_wq',
  'rcu_tasks_kthread',
  'rcu_preempt',
  'kdevtmpfs',
  'kauditd',
  'khungtaskd',
  'oom_reaper',
  'kcompactd0',
  'khugepaged',
  'kswapd0',
]
const perCpuThreads = ['cpuhp', 'migration', 'ksoftirqd', 'kworker']

interface Daemon {
  comm: string
  argv: string[]
  rssMiB: number
}

/** Starts init, kernel threads and the daemons of a Kubernetes node. */
export function startNodeProcesses(machine: Machine, name: string, kvm: boolean): void {
  const spawn = (comm: string, argv: string[], rssMiB: number) =>
    machine.spawn({ comm, argv, exe: argv[0] ?? '', memory: figures(rssMiB), cgroup: `/system.slice/${comm}.service` })
  machine.spawn({
    comm: 'systemd',
    argv: ['/usr/lib/systemd/systemd', '--system', '--deserialize=32'],
    exe: '/usr/lib/systemd/systemd',
    memory: figures(13),
    cgroup: '/init.scope',
  })
  startKernelThreads(machine, [...threads, ...(kvm ? ['kvm-irqfd-clean'] : [])])
  for (const daemon of daemons(name)) spawn(daemon.comm, daemon.argv, daemon.rssMiB)
}

/** kthreadd and its children. */
export function startKernelThreads(machine: Machine, names: readonly string[] = threads): void {
  const thread = { argv: [], exe: '', kernelThread: true }
  const { pid } = machine.spawn({ ...thread, comm: 'kthreadd' })
  const cpus = machine.onlineCpus()
  const nameOf = (index: number) => {
    const name = perCpuThreads[index % perCpuThreads.length] ?? ''
    const cpu = cpus[Math.floor(index / perCpuThreads.length)]
    return name === 'kworker' ? `kworker/${cpu}:0` : `${name}/${cpu}`
  }
  machine.spawnLater(names.length + cpus.length * perCpuThreads.length, (index) => ({
    ...thread,
    comm: names[index] ?? nameOf(index - names.length),
    parent: pid,
  }))
}

function daemons(node: string): Daemon[] {
  return [
    { comm: 'systemd-journal', argv: ['/usr/lib/systemd/systemd-journald'], rssMiB: 16 },
    { comm: 'systemd-udevd', argv: ['/usr/lib/systemd/systemd-udevd'], rssMiB: 8 },
    {
      comm: 'dbus-daemon',
      argv: ['/usr/bin/dbus-daemon', '--system', '--address=systemd:', '--nofork', '--nopidfile'],
      rssMiB: 5,
    },
    { comm: 'sshd', argv: ['/usr/sbin/sshd', '-D'], rssMiB: 8 },
    { comm: 'containerd', argv: ['/usr/bin/containerd'], rssMiB: 60 },
    {
      comm: 'kubelet',
      argv: [
        '/usr/bin/kubelet',
        '--config=/var/lib/kubelet/config.yaml',
        '--kubeconfig=/etc/kubernetes/kubelet.conf',
        `--hostname-override=${node}`,
      ],
      rssMiB: 110,
    },
    {
      comm: 'kube-proxy',
      argv: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', `--hostname-override=${node}`],
      rssMiB: 50,
    },
  ]
}

function figures(rssMiB: number): { rssKiB: number; shmemKiB: number; pssKiB: number } {
  return { rssKiB: rssMiB * mib, shmemKiB: 0, pssKiB: Math.round(rssMiB * mib * 0.9) }
}
