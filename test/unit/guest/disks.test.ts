import { expect } from 'chai'
import { disksInCommon, parsePartitions } from '../../../helpers/guest/disks.ts'

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

  it("takes no snapshot of the device mapper for the node's disk", () => {
    const firecracker = parsePartitions(`${guest} 254       16   10485760 vdb\n`)
    expect(disksInCommon(firecracker, parsePartitions(node))).to.deep.equal([])
  })
})
