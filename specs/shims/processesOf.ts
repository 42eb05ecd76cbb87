import type { Behaviour } from '../../helpers/behaviour.ts'
import type { Hypervisor, ShimFamily } from '../../helpers/facts/facts.ts'
import type { HostProcess } from '../../helpers/node/nodeProbe.ts'
import { classes, oneOf } from '../../helpers/oracles/applicability.ts'
import { shimFamilyOf, vmmPrograms } from '../../helpers/oracles/shimProcesses.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** The file that a process runs; argv where the kernel hides the link. */
const program = ({ exe, argv }: HostProcess): string => (exe || (argv[0] ?? '')).replace(/ \(deleted\)$/, '')
const nameOf = (path: string): string => path.split('/').at(-1) ?? ''

/** A claim that a class of this name runs its pods by one shim of that family and one VMM of that kind: seen in the files that the processes run. */
export const processesOf = (
  names: readonly string[],
  family: ShimFamily,
  hypervisor: Hypervisor,
  killedBy: Behaviour['killedBy'],
): Behaviour<'pod', undefined> => ({
  on: classes(oneOf(names)),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, node, runtimeClass, finding, expect }) {
    const { shims, hypervisors } = await node.sandbox(pods.pod.uid)
    expect(
      shims.map((each) => shimFamilyOf(program(each)) ?? program(each)),
      `shims of a pod of ${runtimeClass}`,
    ).to.deep.equal([family])
    const expected = vmmPrograms[hypervisor]
    const vmms = hypervisors.map((each) => nameOf(program(each)))
    if (expected === null) {
      expect(vmms, `hypervisor processes of a pod of ${runtimeClass}`).to.deep.equal([])
      const files = (await Promise.all(shims.map(({ pid }) => node.fileDescriptors(pid)))).flat()
      const held = files.filter((file) => file.startsWith('anon_inode:kvm-vm')).length
      expect(held, `virtual machines that the shim of ${runtimeClass} has in KVM`).to.be.at.least(1)
    } else {
      expect(vmms, `hypervisor processes of a pod of ${runtimeClass}`).to.have.lengthOf(1)
      expect(vmms[0], `hypervisor of a pod of ${runtimeClass}`).to.match(expected)
    }
    finding(`${runtimeClass}: ${[...shims, ...hypervisors].map(program).join(', ')}`)
  },
  killedBy,
})
