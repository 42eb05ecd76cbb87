import { expect } from 'chai'
import { nodeDisks } from '../../../helpers/node/nodeDisks.ts'
import { disksInCommon, parseAddedDisks, parsePartitions } from '../../../helpers/guest/disks.ts'

/** Recorded in a privileged pod of kata-qemu 3.26.0. */
const guest = `major minor  #blocks  name

   1        0       4096 ram0
   1        1       4096 ram1
 259        0     129024 pmem0
 259        1     128000 pmem0p1
`
const node = `major minor  #blocks  name

   7        0       4096 loop0
 252        0  104857600 vda
 252        1  104856576 vda1
 253        0   10485760 dm-0
`

describe('disks', () => {
  it('reads /proc/partitions', () => {
    expect(parsePartitions(guest)).to.deep.equal([
      { name: 'ram0', kib: 4096 },
      { name: 'ram1', kib: 4096 },
      { name: 'pmem0', kib: 129024 },
      { name: 'pmem0p1', kib: 128000 },
    ])
  })

  it('finds nothing in common between a guest and its node', () => {
    expect(disksInCommon(parsePartitions(guest), parsePartitions(node))).to.deep.equal([])
  })

  it('finds a disk of the node by its size, whatever the guest calls it', () => {
    const plugged = parsePartitions(`${guest}   8        0  104857600 sda\n`)
    expect(disksInCommon(plugged, parsePartitions(node))).to.deep.equal(['sda (104857600 KiB, as vda of the node)'])
  })

  describe('of the device mapper', () => {
    const plugged = parsePartitions(`${guest} 254       16   10485760 vdb\n`)
    const mapped = (...names: string[]) => {
      const files = new Map([
        ['/proc/partitions', node],
        ...names.map((name, index) => [`/sys/block/dm-${index}/dm/name`, `${name}\n`] as const),
      ])
      const more = names.slice(1).map((_, index) => ` 253        ${index + 1}   10485760 dm-${index + 1}\n`)
      files.set('/proc/partitions', node + more.join(''))
      return nodeDisks({
        readFile: (path) => Promise.resolve(files.get(path) ?? ''),
        readFileIfThere: (path) => Promise.resolve(files.get(path) ?? null),
      })
    }

    it('finds a logical volume of the node', async () => {
      expect(disksInCommon(plugged, await mapped('vg0-root'))).to.deep.equal([
        'vdb (10485760 KiB, as vg0-root of the node)',
      ])
    })

    it('takes no thin snapshot of a container for the node, nor what has its size', async () => {
      expect(disksInCommon(plugged, await mapped('containerd-pool-snap-12'))).to.deep.equal([])
      expect(disksInCommon(plugged, await mapped('vg0-var', 'containerd-pool-snap-12'))).to.deep.equal([])
    })

    it('leaves out what nobody names', async () => {
      expect(disksInCommon(plugged, await mapped())).to.deep.equal([])
    })
  })

  it("leaves out what a guest boots from and its container runs from: their size may be a partition's by chance", () => {
    const virtio = `major minor  #blocks  name

 254        0     262144 vda
 254        1     260096 vda1
 254       16   10485760 vdb
 254       32    1048576 vdc
reboot=k root=/dev/vda1 rootflags=data=ordered ro
/dev/vdb / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
`
    expect(parseAddedDisks(virtio)).to.deep.equal([{ name: 'vdc', kib: 1048576 }])
    const persistent = `${guest}tsc=reliable root=/dev/pmem0p1 rootflags=dax ro\nnone / virtiofs rw,relatime 0 0\n`
    expect(parseAddedDisks(persistent).map(({ name }) => name)).to.deep.equal(['ram0', 'ram1'])
    const verity = `${virtio.replace('root=/dev/vda1', 'root=/dev/dm-0 dm-mod.create="verity,,,ro,0 8 verity 1 /dev/vda1 /dev/vda2"')}`
    expect(parseAddedDisks(verity).map(({ name }) => name)).to.deep.equal(['vdc'])
  })
})
