import type { SimNode } from '../node/simNode.ts'
import type { Demand } from './sizing.ts'
import { startVirtualMachine, type VirtualMachine, type VmStart } from './virtualMachine.ts'

/** The VMs of a node. One for each sandbox, unless a fault puts pods of a handler together. */
export interface VmPool {
  take(start: VmStart): Promise<VirtualMachine>
  /** Plugs for a user of the VM; several users' demands add up. */
  resize(vm: VirtualMachine, user: string, demand: Demand): void
  /** The last user of a VM ends it. */
  giveBack(vm: VirtualMachine): void
}

export function createVmPool(node: SimNode): VmPool {
  const shared = new Map<string, VirtualMachine>()
  const users = new Map<VirtualMachine, number>()
  const demands = new Map<VirtualMachine, Map<string, Demand>>()
  return {
    async take(start) {
      const together = node.departures.vmScope === 'runtimeHandler'
      const known = together ? shared.get(start.handler.name) : undefined
      const vm = known ?? startVirtualMachine(node, start)
      users.set(vm, (users.get(vm) ?? 0) + 1)
      if (together && !known) {
        shared.set(start.handler.name, vm)
        vm.onDeath(() => void shared.delete(start.handler.name))
      }
      return vm
    },
    resize(vm, user, demand) {
      if (node.departures.vmScope !== 'runtimeHandler') {
        vm.resize(demand)
        return
      }
      const all = demands.get(vm) ?? new Map<string, Demand>()
      demands.set(vm, all.set(user, demand))
      vm.resize({
        cpuMillicores: [...all.values()].flatMap((one) => one.cpuMillicores),
        memoryMiB: [...all.values()].reduce((sum, one) => sum + one.memoryMiB, 0),
      })
    },
    giveBack(vm) {
      const left = (users.get(vm) ?? 1) - 1
      users.set(vm, left)
      if (left > 0) return
      for (const [name, one] of shared) if (one === vm) shared.delete(name)
      vm.stop()
    },
  }
}
