import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { known } from '../../../helpers/facts/fact.ts'
import { qemuOf, vmm, vmmRss } from '../../../helpers/guest/vmm.ts'
import type { HostProcess, NodeProbe } from '../../../helpers/node/nodeProbe.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

const pod = { name: 'web', uid: 'uid-1' } as PodHandle
const qemuArgv = readFileSync(new URL('fixtures/qemu-argv-kata-3.26.txt', import.meta.url), 'utf8')
  .trim()
  .split(/\s+/)

const hostProcess = (comm: string, argv: readonly string[], pid = 7): HostProcess => ({
  pid,
  ppid: 1,
  comm,
  argv,
  exe: argv[0] ?? '',
  startTicks: pid,
})
const kataShim = hostProcess('containerd-shim', ['/opt/kata/bin/containerd-shim-kata-v2', '-id', 'x'])
const runcShim = hostProcess('containerd-shim', ['/usr/bin/containerd-shim-runc-v2', '-id', 'x'])

const context = (hypervisor: string, shims: HostProcess[], hypervisors: HostProcess[] = []) => {
  const node = {
    sandbox: async () => ({ sandboxId: 'x', shims, hypervisors, virtiofsds: [] }),
    memory: async () => ({ rssKiB: 265_912, pssKiB: 234_961, rssShmemKiB: 165_836 }),
  } as unknown as NodeProbe
  return { node, expect, facts: { class: { hypervisor: known(hypervisor, 'test') } } as never }
}

const failure = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: Error) => `${error.name}: ${error.message}`,
  )

describe('the VMM of a pod', () => {
  it('is the hypervisor process, with the arguments that it was started with', async () => {
    const qemu = context('qemu', [kataShim], [hostProcess('qemu-system-x86', qemuArgv)])
    expect((await qemuOf(qemu, pod)).memory.slots).to.equal(10)
    expect(await vmmRss(qemu, pod)).to.be.closeTo(259.7, 0.1)
  })

  it('is the shim of Kata where the VMM is built into it', async () => {
    expect(await vmm(context('dragonball', [kataShim]), pod)).to.equal(kataShim)
  })

  it('is asserted: a pod that runc runs has none', async () => {
    for (const hypervisor of ['qemu', 'dragonball']) {
      expect(await failure(vmm(context(hypervisor, [runcShim]), pod))).to.equal(
        'AssertionError: VMM processes of pod web: expected [] not to be empty',
      )
    }
  })
})
