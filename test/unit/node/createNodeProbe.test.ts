import { expect } from 'chai'
import { createNodeProbe } from '../../../helpers/node/createNodeProbe.ts'
import { NodeProbeError } from '../../../helpers/node/nodeProbeError.ts'
import { failure, nodeInMemory, procFiles } from './host.ts'

const spec = (uid: string, type = 'sandbox') =>
  JSON.stringify({
    annotations: { 'io.kubernetes.cri.sandbox-uid': uid, 'io.kubernetes.cri.container-type': type },
    linux: { namespaces: [{ type: 'network', path: '/var/run/netns/cni-1' }] },
  })
const tasks = '/run/containerd/io.containerd.runtime.v2.task/k8s.io'

describe('node probe', () => {
  it('follows links as the host does, not into its own image', async () => {
    const { probe } = await nodeInMemory(
      { '/run/containerd/containerd.pid': '122\n', '/opt/kata/VERSION': '3.26.0\n' },
      { '/var/run': '/run', '/srv/kata': '../opt/kata', '/loop': '/loop' },
    )
    expect(await probe.readFile('/var/run/containerd/containerd.pid')).to.equal('122\n')
    expect(await probe.readFile('/srv/kata/VERSION')).to.equal('3.26.0\n')
    expect(await probe.readFileIfThere('/srv/kata/nothing')).to.equal(null)
    expect(await probe.list('/var/run')).to.deep.equal(['containerd'])
    expect(await probe.list('/nothing')).to.deep.equal([])
    expect((await failure(probe.readFile('/loop/x'))).message).to.equal(
      'node node-1: reading /loop/x: exit status 1, too many links: /loop/x',
    )
    expect(await failure(probe.readFile('/nothing'))).to.be.instanceOf(NodeProbeError)
  })

  it('says when a process whose files it shall list is not there', async () => {
    const { probe } = await nodeInMemory(procFiles({ pid: 5, ppid: 1, comm: 'qemu', argv: ['qemu'] }))
    const error = await failure(probe.fileDescriptors(6))
    expect(error.message).to.equal('node node-1: listing the files of process 6: exit status 1, it has ended')
  })

  it('finds the sandbox of a pod by its UID, the live one when an earlier one left its folder', async () => {
    const { probe } = await nodeInMemory({
      [`${tasks}/old/config.json`]: spec('u1'),
      [`${tasks}/new/config.json`]: spec('u1'),
      [`${tasks}/main/config.json`]: spec('u1', 'container'),
      [`${tasks}/other/config.json`]: spec('u2'),
      ...procFiles({
        pid: 50,
        ppid: 1,
        comm: 'containerd-shim',
        argv: ['/usr/bin/containerd-shim-runc-v2', '-id', 'new'],
      }),
      ...procFiles({
        pid: 51,
        ppid: 1,
        comm: 'containerd-shim',
        argv: ['/usr/bin/containerd-shim-runc-v2', '-id', 'other'],
      }),
    })
    const found = await probe.sandbox('u1')
    expect(found.sandboxId).to.equal('new')
    expect(found.shims.map(({ pid }) => pid)).to.deep.equal([50])
    expect((await failure(probe.sandbox('u3'))).message).to.contain('pod u3 has no sandbox here')
  })

  it('reads all processes in one exec; those who ask meanwhile share the next one', async () => {
    const { probe, commands } = await nodeInMemory({
      ...procFiles({ pid: 1, ppid: 0, comm: 'init', argv: ['/sbin/init'] }),
      ...procFiles({ pid: 130, ppid: 1, comm: 'kubelet', argv: ['kubelet', '--v=4'] }),
    })
    const [once, ...meanwhile] = await Promise.all([probe.processes(), probe.processes(), probe.processes()])
    expect(meanwhile).to.deep.equal([once, once])
    expect(once.map(({ pid, comm }) => `${pid} ${comm}`)).to.have.members(['1 init', '130 kubelet'])
    expect(commands).to.have.length(2)
    await probe.processes()
    expect(commands).to.have.length(3)
  })

  it('says on which node what went wrong', async () => {
    const probe = createNodeProbe(() => Promise.resolve({ stdout: '', stderr: 'one\ntwo\n', exitCode: 7 }), 'node-9')
    expect((await failure(probe.memory(5))).message).to.equal(
      'node node-9: reading the memory of process 5: exit status 7, one; two',
    )
    const cut = createNodeProbe(
      () => Promise.resolve({ stdout: 'probe\nprobe\n1 (a', stderr: '', exitCode: 0 }),
      'node-9',
    )
    expect((await failure(cut.processes())).message).to.contain(
      'node node-9: listing processes: the list of processes is cut short',
    )
  })
})
