import { expect } from 'chai'
import { healthy } from '../../../sim/faults/departures.ts'
import { departuresOf } from '../../../sim/faults/faultDepartures.ts'
import type { KataHandler } from '../../../sim/shims/kataHandler.ts'
import { kataRelease } from '../../../sim/shims/kataRelease.ts'
import { kernelCommandLine } from '../../../sim/shims/kernelCommandLine.ts'
import {
  firecrackerCommandLine,
  hybridVsockPath,
  shimCommandLine,
  virtiofsdCommandLine,
} from '../../../sim/shims/otherCommandLines.ts'
import { goQemuCommandLine, rustQemuCommandLine, type QemuStart } from '../../../sim/shims/qemuCommandLine.ts'
import { createSandboxFiles } from '../../../sim/shims/sandboxFiles.ts'
import { recordedGuest } from '../machine/recordedPod.ts'

const goQemu: KataHandler = {
  name: 'kata-qemu',
  shim: 'qemu',
  language: 'go',
  hypervisor: 'qemu',
  variant: null,
  custom: null,
  dropIn: null,
}
const id = 'bc887ff835ad02e754d0554467245594431af5a40bf3f4550b4211cad0aaa129'
const params = 'cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1'

/** As recorded on Kata 3.26.0: kata-qemu on a node with one CPU and 9,952 MiB. */
const recorded = `/opt/kata/bin/qemu-system-x86_64 -name sandbox-${id} -uuid b2d1f654-5c29-4d77-8162-18d40bcd688b -machine q35,accel=kvm,nvdimm=on -cpu host,pmu=off -qmp unix:fd=3,server=on,wait=off -m 2048M,slots=10,maxmem=10976M -device pci-bridge,bus=pcie.0,id=pci-bridge-0,chassis_nr=1,shpc=off,addr=2,io-reserve=4k,mem-reserve=1m,pref64-reserve=1m -device virtio-serial-pci,disable-modern=true,id=serial0 -device virtconsole,chardev=charconsole0,id=console0 -chardev socket,id=charconsole0,path=/run/vc/vm/${id}/console.sock,server=on,wait=off -device nvdimm,id=nv0,memdev=mem0,unarmed=on -object memory-backend-file,id=mem0,mem-path=/opt/kata/share/kata-containers/kata-lab.image,size=134217728,readonly=on -device virtio-scsi-pci,id=scsi0,disable-modern=true -object rng-random,id=rng0,filename=/dev/urandom -device virtio-rng-pci,rng=rng0 -device vhost-vsock-pci,disable-modern=true,vhostfd=4,id=vsock-3754278354,guest-cid=3754278354 -chardev socket,id=char-4a23ab20d325f813,path=/run/vc/vm/${id}/vhost-fs.sock -device vhost-user-fs-pci,chardev=char-4a23ab20d325f813,tag=kataShared,queue-size=1024 -netdev tap,id=network-0,vhost=on,vhostfds=5,fds=6 -device driver=virtio-net-pci,netdev=network-0,mac=6e:04:8e:1d:3d:d6,disable-modern=true,mq=on,vectors=4 -rtc base=utc,driftfix=slew,clock=host -global kvm-pit.lost_tick_policy=discard -vga none -no-user-config -nodefaults -nographic --no-reboot -object memory-backend-file,id=dimm1,size=2048M,mem-path=/dev/shm,share=on -numa node,memdev=dimm1 -kernel /opt/kata/share/kata-containers/vmlinux-6.18.5-177 -append tsc=reliable no_timer_check rcupdate.rcu_expedited=1 i8042.direct=1 i8042.dumbkbd=1 i8042.nopnp=1 i8042.noaux=1 noreplace-smp reboot=k cryptomgr.notests net.ifnames=0 pci=lastbus=0 root=/dev/pmem0p1 rootflags=dax,data=ordered,errors=remount-ro ro rootfstype=ext4 console=hvc0 console=hvc1 quiet systemd.show_status=false panic=1 nr_cpus=1 selinux=0 systemd.unit=kata-containers.target systemd.mask=systemd-networkd.service systemd.mask=systemd-networkd.socket scsi_mod.scan=none agent.cdh_api_timeout=50 cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1 -pidfile /run/vc/vm/${id}/pid -smp 1,cores=1,threads=1,sockets=1,maxcpus=1`

const start: QemuStart = {
  sandboxId: id,
  uuid: 'b2d1f654-5c29-4d77-8162-18d40bcd688b',
  binary: '/opt/kata/bin/qemu-system-x86_64',
  kernel: '/opt/kata/share/kata-containers/vmlinux-6.18.5-177',
  image: '/opt/kata/share/kata-containers/kata-lab.image',
  imageBytes: 134217728,
  append: kernelCommandLine(goQemu, kataRelease('3.26.0'), 1, [params]),
  memoryMiB: 2048,
  memorySlots: 10,
  maxMemoryMiB: 10976,
  vcpus: 1,
  maxVcpus: 1,
  guestCid: 3754278354,
  deviceId: '4a23ab20d325f813',
  mac: '6e:04:8e:1d:3d:d6',
  sharesFiles: true,
  protection: null,
}

describe('command lines', () => {
  it('starts QEMU under the Go shim as recorded on 3.26.0', () => {
    expect(goQemuCommandLine(start, healthy).join(' ')).to.equal(recorded)
  })

  it('starts QEMU under the Rust shim with sizes in whole units', () => {
    const line = rustQemuCommandLine(start, healthy).join(' ')
    expect(line).to.include(`-name sandbox-${id}`)
    expect(line).to.include('-m 2G,slots=10,maxmem=10976M').and.include('-smp 1,maxcpus=1 -cpu host,pmu=off')
  })

  it('starts Firecracker on the files that its shim keeps, below an id of 32 characters', () => {
    const machine = recordedGuest()
    createSandboxFiles(machine.files, id, { ...goQemu, shim: 'fc', hypervisor: 'firecracker' }, healthy, 0)
    const [, , socket = '', , config = ''] = firecrackerCommandLine('/opt/kata/bin/firecracker', id)
    expect(socket).to.equal(`/run/vc/firecracker/${id.slice(0, 32)}/root/run/firecracker.socket`)
    expect([machine.files.kindOf(socket), machine.files.kindOf(config)]).to.deep.equal(['socket', 'file'])
    machine.powerOff()
  })

  it('starts shim and virtiofsd as recorded', () => {
    expect(shimCommandLine('/opt/kata/bin/containerd-shim-kata-v2', id).join(' ')).to.equal(
      `/opt/kata/bin/containerd-shim-kata-v2 -namespace k8s.io -address /run/containerd/containerd.sock -publish-binary  -id ${id}`,
    )
    expect(
      virtiofsdCommandLine(goQemu, '/opt/kata/libexec/virtiofsd', id, 'auto', [
        '--thread-pool-size=1',
        '--announce-submounts',
      ]).join(' '),
    ).to.equal(
      `/opt/kata/libexec/virtiofsd --syslog --cache=auto --shared-dir=/run/kata-containers/shared/sandboxes/${id}/shared --fd=3 --thread-pool-size=1 --announce-submounts`,
    )
  })

  const rows: [fault: string, without: string, withIt: string | null][] = [
    ['hypervisor-without-kvm', 'accel=kvm', 'accel=tcg'],
    ['qemu-generic-cpu', '-cpu host,pmu=off', '-cpu qemu64'],
    ['qemu-memory-not-shared', 'share=on', 'mem-path=/dev/shm,share=off'],
    ['no-vsock-device', 'vhost-vsock-pci', null],
    ['no-vsock-device', 'virtio-serial', null],
    ['qemu-without-memory-slots', 'slots=', '-m 2048M -device'],
    ['qemu-maxmem-too-small', 'maxmem=10976M', 'maxmem=4096M'],
  ]
  for (const [fault, without, withIt] of rows) {
    it(`${fault}: no ${without}`, () => {
      const line = goQemuCommandLine(start, departuresOf([fault])).join(' ')
      expect(line).to.not.include(without)
      if (withIt !== null) expect(line).to.include(withIt)
    })
  }

  it('no-vsock-device: no hybrid vsock socket either', () => {
    const clh = { language: 'go', hypervisor: 'cloud-hypervisor' } as const
    expect(hybridVsockPath(clh, id, healthy)).to.equal(`/run/vc/vm/${id}/clh.sock`)
    expect(hybridVsockPath(clh, id, departuresOf(['no-vsock-device']))).to.equal(null)
  })
})
