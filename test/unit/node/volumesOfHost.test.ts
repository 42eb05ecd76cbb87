import { expect } from 'chai'
import { createNodeChanges } from '../../../helpers/node/createNodeChanges.ts'
import { noPods } from './noPods.ts'
import { upperDirectory } from '../../../helpers/node/writableLayer.ts'
import { nodeInMemory } from './host.ts'

describe('node probe: disks and files', () => {
  it('lists disks with size, numbers and what they are called by', async () => {
    const { probe } = await nodeInMemory({
      '/sys/block/vda/size': '209715200\n',
      '/sys/block/vda/dev': '252:0\n',
      '/sys/block/vda/serial': 'root-disk\n',
      '/sys/block/sda/size': '131072\n',
      '/sys/block/sda/dev': '8:0\n',
      '/sys/block/sda/device/vendor': 'QEMU    \n',
      '/sys/block/sda/device/wwid': 't10.QEMU\n',
      '/sys/block/loop0/size': '0\n',
      '/sys/block/loop0/dev': '7:0\n',
    })
    expect(await probe.blockDevices()).to.have.deep.members([
      { name: 'vda', numbers: '252:0', sizeBytes: 100 * 1024 ** 3, vendor: '', identity: 'root-disk' },
      { name: 'sda', numbers: '8:0', sizeBytes: 64 * 1024 ** 2, vendor: 'QEMU', identity: 't10.QEMU' },
    ])
  })

  it('hashes a file on the node, and knows when there is none', async () => {
    const { probe } = await nodeInMemory({ '/etc/machine-id': 'abc\n' })
    expect(await probe.sha256('/etc/machine-id')).to.equal(
      'edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb',
    )
    expect(await probe.sha256('/etc/nothing')).to.equal(null)
  })

  it('finds the layer of a container among the overlays of its host', () => {
    const layer = (n: number) => `lowerdir=/s/2/fs,upperdir=/s/${n}/fs,workdir=/s/${n}/work`
    const mounts = [
      `overlay /run/containerd/io.containerd.runtime.v2.task/k8s.io/aaaa/rootfs overlay rw,relatime,${layer(7)} 0 0`,
      `overlay /run/kata-containers/shared/sandboxes/bbbb/mounts/cccc/rootfs overlay rw,relatime,${layer(8)} 0 0`,
      `tmpfs /run/dddd tmpfs rw 0 0`,
    ].join('\n')
    expect(upperDirectory(mounts, 'cccc')).to.equal('/s/8/fs')
    expect(upperDirectory(mounts, 'dddd')).to.equal(null)
  })
})

describe('block devices as a change of a node', () => {
  const answers = (exitCode: number, stderr = '') => {
    const ran: (readonly string[])[] = []
    const run = (argv: readonly string[]) => {
      ran.push(argv)
      return Promise.resolve({ stdout: '', stderr, exitCode })
    }
    return { ran, changes: createNodeChanges(run, 'node-1', 'kata-conformance-x', noPods) }
  }

  it('names everything after the run, and takes down only what is over its own file', async () => {
    const { ran, changes } = answers(0)
    const disk = await changes.blockDevice(16)
    expect(disk.path).to.match(/^\/dev\/kata-conformance-x-\d+$/)
    expect(disk.magic).to.include('kata-conformance-x')
    const [file, node, magic, size] = (ran[0] ?? []).slice(4)
    expect([file, node, magic, size]).to.deep.equal([
      disk.path.replace('/dev/', '/var/tmp/') + '.img',
      disk.path.replace('/dev/', '/host-dev/'),
      disk.magic,
      '16',
    ])
    await changes.undo()
    expect(ran[1]?.slice(4)).to.deep.equal([file, node])
    expect(ran[1]?.[2]).to.include('losetup -d').and.to.include('backing_file')
  })

  it('undoes what was begun and did not succeed', async () => {
    const { ran, changes } = answers(1, 'no loop device is free')
    const error = await changes.blockDevice(16).then(
      () => null,
      (reason: Error) => reason,
    )
    expect(error?.message).to.include('no loop device is free')
    await changes.undo().catch(() => undefined)
    expect(ran).to.have.length(2)
  })
})
