/** A few checks that are run together: small enough for hundreds of runs, between them every kind of observation. */
export interface Group {
  readonly name: string
  readonly behaviours: readonly string[]
  readonly classes: readonly string[]
}

const ids = (chapter: string, ...numbers: number[]): string[] =>
  numbers.map((number) => `KATA-${chapter}-${String(number).padStart(3, '0')}`)

export const groups: readonly Group[] = [
  { name: 'memory of the guest', behaviours: ids('MEM', 1, 2, 3, 5, 7), classes: ['kata-qemu'] },
  { name: 'small guests', behaviours: ids('MEM', 8, 10, 13, 16, 18), classes: ['kata-qemu-minimal'] },
  { name: 'CPUs of the guest', behaviours: ids('CPU', 1, 2, 8, 10, 12), classes: ['kata-qemu'] },
  { name: 'CPU quota', behaviours: ids('CPU', 11, 13, 14, 15), classes: ['kata-qemu-minimal'] },
  { name: 'out of memory', behaviours: ids('OOM', 1, 2, 3, 7), classes: ['kata-qemu'] },
  { name: 'exhausted guest', behaviours: ids('OOM', 6, 7), classes: ['kata-qemu-minimal'] },
  { name: 'PID namespaces', behaviours: ids('PIDNS', 1, 2, 3, 5), classes: ['kata-qemu', 'kata-clh'] },
  { name: 'mounts in /proc', behaviours: ids('PROC', 1, 2, 3, 4), classes: ['kata-qemu'] },
  { name: 'classes and handlers', behaviours: ids('RTCLASS', 1, 7, 8, 12, 14, 15, 16), classes: ['kata-qemu'] },
  { name: 'agent', behaviours: ids('ARCH', 4, 5, 6, 7), classes: ['kata-qemu'] },
  { name: 'end of a pod', behaviours: ids('ARCH', 3, 8, 9), classes: ['kata-qemu'] },
  { name: 'host processes', behaviours: ids('ARCH', 1, 2, 11, 12, 13), classes: ['kata-clh'] },
  { name: 'nodes', behaviours: ids('PREREQ', 1, 2, 5), classes: ['kata-qemu'] },
]
