import type { Machine, MachineProcess, PidNamespace } from '../machine/machine.ts'

/** The departure: a PID namespace of a guest shows the node's processes too. They are stand-ins with the same names. */
export function leakProcesses(from: Machine, to: Machine, namespace: PidNamespace): { refresh(): void } {
  const shown = new Map<number, MachineProcess>()
  return {
    refresh() {
      const now = new Map(from.processes().map((process) => [process.pid, process]))
      for (const [pid, standIn] of shown) {
        if (now.has(pid)) continue
        standIn.kill('KILL')
        shown.delete(pid)
      }
      for (const [pid, process] of now) {
        if (shown.has(pid)) continue
        const { comm, argv, uid } = process
        shown.set(pid, to.spawn({ comm, argv: [...argv], exe: argv[0] ?? '', uid, pidNamespace: namespace }))
      }
    },
  }
}
