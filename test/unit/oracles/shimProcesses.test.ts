import { expect } from 'chai'
import { shimFamilyOf, vmmPrograms } from '../../../helpers/oracles/shimProcesses.ts'

describe('files that the processes of a sandbox run', () => {
  const shims = [
    ['/opt/kata/bin/containerd-shim-kata-v2', 'go'],
    ['/opt/kata/runtime-rs/bin/containerd-shim-kata-v2', 'rust'],
    ['/opt/kata-next/runtime-rs/bin/containerd-shim-kata-v2 (deleted)', 'rust'],
    ['/usr/bin/containerd-shim-kata-v2', 'go'],
    ['/usr/bin/containerd-shim-runc-v2', null],
  ] as const
  for (const [path, family] of shims) {
    it(`${path}: ${family}`, () => expect(shimFamilyOf(path)).to.equal(family))
  }

  it('QEMU under the names of its builds, and of no other VMM', () => {
    for (const name of ['qemu-system-x86_64', 'qemu-system-aarch64', 'qemu-kvm', 'qemu-system-x86_64-snp-experimental'])
      expect(name).to.match(vmmPrograms.qemu!)
    for (const name of ['cloud-hypervisor', 'firecracker', 'qemu-img']) expect(name).to.not.match(vmmPrograms.qemu!)
  })
})
