import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { parseCrictl } from '../../../helpers/node/crictl.ts'
import { parseFileDescriptors } from '../../../helpers/node/fileDescriptors.ts'
import { parseSize } from '../../../helpers/node/hostFile.ts'
import { parseCtrContainers } from '../../../helpers/node/ctr.ts'
import { parseKvm } from '../../../helpers/node/kvmDevice.ts'
import { parseInterfaces } from '../../../helpers/node/podInterfaces.ts'
import { parseMemory } from '../../../helpers/node/processMemory.ts'
import { parseSandboxSpecs } from '../../../helpers/node/sandboxSpecs.ts'

const fixture = (name: string): string => readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8')

describe('parsers of the node probe', () => {
  it('finds the sandbox of a recorded pod, not its containers', () => {
    const [sandbox, ...others] = parseSandboxSpecs(fixture('sandbox-specs.txt'), '9513a8be-a793-431e-86a4-2fd3a42783fb')
    expect(others).to.deep.equal([])
    expect(sandbox?.id).to.equal('bc887ff835ad02e754d0554467245594431af5a40bf3f4550b4211cad0aaa129')
    expect(sandbox?.netns).to.match(/^\/var\/run\/netns\/cni-/)
    expect(sandbox?.podName).to.equal('bare')
  })

  it('finds none for a UID that no specification names, or in one that is cut short', () => {
    expect(parseSandboxSpecs(fixture('sandbox-specs.txt'), 'nobody')).to.deep.equal([])
    expect(
      parseSandboxSpecs('\n--- spec of /host/run/containerd/x/abc/config.json\n{"annotations":{', 'nobody'),
    ).to.deep.equal([])
  })

  it('reads recorded memory with the fields of status', () => {
    const text = `${fixture('qemu-smaps-rollup.txt')}VmRSS:\t  283620 kB\nRssShmem:\t  170000 kB\nThreads:\t7\n`
    expect(parseMemory(text)).to.deep.equal({
      rssKiB: 283620,
      pssKiB: 278087,
      rssShmemKiB: 170000,
      threads: 7,
    })
    expect(parseMemory('Name:\tkthreadd\n')).to.equal(null)
  })

  it("reads the interfaces of a recorded pod's network namespace", () => {
    expect(parseInterfaces(fixture('ip-addr.txt'))).to.deep.equal([
      { name: 'lo', mac: '00:00:00:00:00:00', addresses: [], mtu: 65536 },
      { name: 'eth0', mac: '6e:04:8e:1d:3d:d6', addresses: [], mtu: 1500 },
      { name: 'tap0_kata', mac: 'be:d6:9d:f7:1d:28', addresses: [], mtu: 1500 },
    ])
    const busybox =
      '2: eth0@if5: <UP> mtu 1450 qdisc noqueue\n    link/ether e2:1d:90:39:0b:3f brd ff:ff:ff:ff:ff:ff\n    inet 10.244.1.3/24 brd 10.244.1.255 scope global eth0\n    inet6 fe80::1/64 scope link\n'
    expect(parseInterfaces(busybox)).to.deep.equal([
      { name: 'eth0', mac: 'e2:1d:90:39:0b:3f', addresses: ['10.244.1.3/24', 'fe80::1/64'], mtu: 1450 },
    ])
  })

  it('tells KVM from a file of the same name', () => {
    const usable = '232 kvm\nmodule kvm_intel\ncharacter special file a:e8\nopens\n'
    expect(parseKvm(usable)).to.deep.equal({
      present: true,
      kind: 'character special file',
      device: 'a:e8',
      opens: true,
      driver: true,
      module: 'kvm_intel',
    })
    expect(parseKvm('character special file a:e8\nrefuses\n').driver).to.equal(false)
    expect(parseKvm('character special file a:e8\nrefuses\n').opens).to.equal(false)
    expect(parseKvm('').present).to.equal(false)
    expect(parseKvm('regular empty file 0:0\nopens\n').kind).to.equal('regular empty file')
  })

  it('takes the runtime of each container from the table of ctr', () => {
    const table =
      'CONTAINER    IMAGE                         RUNTIME                       \n0a1b2c       registry.k8s.io/pause:3.10    io.containerd.kata-qemu.v2    \n3d4e5f       -                             io.containerd.runc.v2         \n'
    const listed = parseCtrContainers(table)
    expect([...(listed ?? [])]).to.deep.equal([
      ['0a1b2c', 'io.containerd.kata-qemu.v2'],
      ['3d4e5f', 'io.containerd.runc.v2'],
    ])
    expect(parseCtrContainers('no ctr\n')).to.equal(null)
    expect(() => parseCtrContainers('ctr: cannot dial\n')).to.throw('no table of ctr: ctr: cannot dial')
  })

  it('lists open files by their numbers', () => {
    const listing =
      'total 0\nlr-x------ 1 root root 64 Nov 21 10:00 10 -> anon_inode:kvm-vm\nlrwx------ 1 root root 64 Nov 21 10:00 2 -> /dev/kvm\n'
    expect(parseFileDescriptors(listing)).to.deep.equal(['/dev/kvm', 'anon_inode:kvm-vm'])
  })

  it("takes the handler of the pod's newest sandbox from crictl", () => {
    const item = (uid: string, createdAt: string, runtimeHandler: string) => ({
      metadata: { uid },
      createdAt,
      runtimeHandler,
    })
    const items = [
      item('u', '1700000000000000001', 'old'),
      item('u', '1700000000000000002', 'kata-qemu'),
      item('x', '1800000000000000000', ''),
    ]
    expect(parseCrictl(JSON.stringify({ items }), 'u')).to.equal('kata-qemu')
    expect(parseCrictl(JSON.stringify({ items }), 'x')).to.equal('')
    expect(parseCrictl('no crictl\n', 'u')).to.equal(null)
    expect(() => parseCrictl('{"items":[]}', 'u')).to.throw('no sandbox of pod u')
  })

  it('reads apparent and allocated size', () => {
    expect(parseSize('134217728 2048 512\n')).to.deep.equal({ apparent: 134217728, allocated: 1048576 })
    expect(parseSize('')).to.equal(null)
  })
})
