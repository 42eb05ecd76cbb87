import type { Machine } from '../machine/machine.ts'
import type { NetworkScenario } from '../scenarios/scenario.ts'

/** Told apart by their instructions: the tag is a digest of them. */
const program = (type: string, name: string) => ({
  type,
  name,
  instructions: Buffer.from(`${type} ${name}`.padEnd(64)),
})

/** eBPF programs that a node has before any pod: systemd's guards of its units, and Cilium's where that makes the network. */
export function loadNodePrograms(machine: Machine, { cni }: NetworkScenario): void {
  for (const name of ['sd_devices', 'sd_fw_egress', 'sd_fw_ingress'])
    machine.loadBpf(program(name === 'sd_devices' ? 'cgroup_device' : 'cgroup_skb', name))
  if (cni !== 'cilium') return
  for (const name of ['cil_from_netdev', 'cil_to_netdev', 'cil_from_host', 'cil_to_host', 'tail_handle_ipv4'])
    machine.loadBpf(program('sched_cls', name))
}

/** runc guards the devices of each container by a program of its own (cgroup v2, libcontainer/cgroups/devices). */
export const deviceGuard = (privileged: boolean) => ({
  type: 'cgroup_device',
  name: '',
  instructions: Buffer.from((privileged ? 'all devices' : 'standard devices').padEnd(64)),
})
