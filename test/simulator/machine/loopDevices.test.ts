import { expect } from 'chai'
import type { ContainerMount } from '../../../sim/machine/machineContainer.ts'
import { recordedGuest, recordedMounts, run, startRecorded } from './recordedPod.ts'

const bind = (path: string, destination: string): ContainerMount => ({
  kind: 'bind',
  source: path,
  destination,
  fstype: 'ext4',
  device: '/dev/vda',
  options: 'rw,relatime',
})

describe('machine: loop devices and layers', () => {
  function workshop() {
    const machine = recordedGuest({ hostname: 'node', modules: 'loop 40960 0 - Live 0x0\n' })
    machine.files.mkdir('/var/tmp')
    const mounts = [...recordedMounts(), bind('/var/tmp', '/var/tmp'), bind('/dev', '/host-dev')]
    return { machine, container: startRecorded(machine, { privileged: true, capabilities: ['ALL'], mounts }).container }
  }

  it('puts a file behind a device by any node of its number, and refuses a second', async () => {
    const { machine, container } = workshop()
    const { stdout, stderr } = await run(
      container,
      'printf magic >/var/tmp/disk; truncate -s 1M /var/tmp/disk; mknod /host-dev/own b 7 3; ' +
        'losetup /host-dev/own /var/tmp/disk && head -c 5 /host-dev/loop3; cat /sys/block/loop3/size /sys/block/loop3/loop/backing_file; ' +
        'losetup /host-dev/loop3 /var/tmp/disk; losetup -d /host-dev/own; cat /sys/block/loop3/size; losetup -d /host-dev/own',
    )
    expect(stdout).to.equal('magic2048\n/var/tmp/disk\n0\n')
    expect(stderr).to.equal(
      'losetup: /host-dev/loop3: Device or resource busy\nlosetup: /host-dev/own: No such device or address\n',
    )
    machine.powerOff()
  })

  it('writes through the device into the file', async () => {
    const { machine, container } = workshop()
    await run(
      container,
      'truncate -s 1M /var/tmp/disk; losetup /host-dev/loop1 /var/tmp/disk; printf below | dd of=/host-dev/loop1 seek=4 conv=notrunc',
    )
    expect(Buffer.from(machine.files.read('/var/tmp/disk') ?? []).toString('utf8', 2048, 2053)).to.equal('below')
    machine.powerOff()
  })

  it("keeps apart what is a container's own and what is its image's", async () => {
    const { machine, container } = workshop()
    await run(container, 'ls /etc; echo own >/etc/own; echo more >>/etc/passwd; mkdir /made; echo in >/made/file')
    const { upper, merged } = container.layers
    machine.files.place('/layer', upper)
    machine.files.mount('/merged', { inode: merged, source: 'overlay', options: 'rw' }, { fstype: 'overlay' })
    expect(machine.files.list('/layer/etc')).to.include.members(['own', 'passwd']).and.not.include('group')
    expect(Buffer.from(machine.files.read('/layer/made/file') ?? []).toString()).to.equal('in\n')
    expect(machine.files.list('/layer')).to.not.include('bin')
    expect(machine.files.list('/merged')).to.include.members(['bin', 'made'])
    machine.powerOff()
  })
})
