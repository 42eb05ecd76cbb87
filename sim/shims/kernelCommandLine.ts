import type { KataHandler } from './kataHandler.ts'
import type { KataRelease } from './kataRelease.ts'

const systemd =
  'systemd.unit=kata-containers.target systemd.mask=systemd-networkd.service systemd.mask=systemd-networkd.socket'

/** As Kata 3.26.0 with the Go shim and QEMU was seen to boot it, before `kernel_params` of the configuration. */
function goQemu(maxVcpus: number): string {
  return [
    'tsc=reliable no_timer_check rcupdate.rcu_expedited=1 i8042.direct=1 i8042.dumbkbd=1 i8042.nopnp=1 i8042.noaux=1 noreplace-smp',
    'reboot=k cryptomgr.notests net.ifnames=0 pci=lastbus=0 root=/dev/pmem0p1 rootflags=dax,data=ordered,errors=remount-ro ro',
    'rootfstype=ext4 console=hvc0 console=hvc1 quiet systemd.show_status=false panic=1',
    `nr_cpus=${maxVcpus} selinux=0 ${systemd} scsi_mod.scan=none agent.cdh_api_timeout=50`,
  ].join(' ')
}

/** Cloud Hypervisor under the Go shim: clh.go; the root device is pmem until 3.27 and virtio-blk after. */
function goCloudHypervisor(pmem: boolean): string {
  const root = pmem
    ? 'root=/dev/pmem0p1 rootflags=dax,data=ordered,errors=remount-ro ro rootfstype=ext4'
    : 'root=/dev/vda1 rootflags=data=ordered,errors=remount-ro ro rootfstype=ext4'
  return `${root} panic=1 no_timer_check noreplace-smp console=hvc0 quiet systemd.show_status=false ${systemd} agent.log=info`
}

function goFirecracker(): string {
  return [
    'pci=off reboot=k panic=1 iommu=off net.ifnames=0 random.trust_cpu=on root=/dev/vda1',
    `rootflags=data=ordered,errors=remount-ro ro rootfstype=ext4 8250.nr_uarts=0 quiet systemd.show_status=false ${systemd}`,
  ].join(' ')
}

/** runtime-rs kernel_param.rs: the same for its hypervisors but for root device and console. */
function rust(handler: KataHandler, pmem: boolean): string {
  const root = pmem
    ? 'root=/dev/pmem0p1 rootflags=dax,data=ordered,errors=remount-ro ro rootfstype=ext4'
    : 'root=/dev/vda1 rootflags=data=ordered,errors=remount-ro ro rootfstype=ext4'
  const console = handler.hypervisor === 'dragonball' ? 'console=ttyS0 pci=off' : 'console=hvc0'
  return `reboot=k panic=1 ${systemd} ${root} ${console} quiet systemd.show_status=false net.ifnames=0`
}

/** /proc/cmdline of a guest. @param maxVcpus CPUs the VM can ever have. @param params `kernel_params` of configuration and annotation. */
export function kernelCommandLine(
  handler: KataHandler,
  release: KataRelease,
  maxVcpus: number,
  params: readonly string[],
): string {
  const own = ownParameters(handler, maxVcpus, release.version === '3.25.0' || release.version === '3.26.0')
  return [own, ...params].filter((part) => part !== '').join(' ')
}

function ownParameters(handler: KataHandler, maxVcpus: number, pmemEverywhere: boolean): string {
  if (handler.language === 'rust') return rust(handler, handler.hypervisor === 'qemu' || pmemEverywhere)
  if (handler.hypervisor === 'qemu') return goQemu(maxVcpus)
  return handler.hypervisor === 'firecracker' ? goFirecracker() : goCloudHypervisor(pmemEverywhere)
}
