/** Of shim qemu, as kata-deploy installs it. */
export const configuration = '/opt/kata/share/defaults/kata-containers/runtimes/qemu/configuration-qemu.toml'
/** With handler kata-qemu of that type. */
export const containerd = (type: string) => `version = 2
[plugins."io.containerd.grpc.v1.cri".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
options = { SystemdCgroup = true }
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata-qemu]
runtime_type = "${type}"
${type.includes('kata') ? `options = { ConfigPath = "${configuration}" }` : ''}
`
/** A node with Kata 3.26.0. */
export const kataFiles = {
  '/etc/containerd/config.toml': containerd('io.containerd.kata-qemu.v2'),
  '/opt/kata/VERSION': '3.26.0\n',
  [configuration]: `[hypervisor.qemu]
kernel = "/opt/kata/share/kata-containers/vmlinux.container"
image = "/opt/kata/share/kata-containers/kata-containers.img"
default_vcpus = 1
default_maxvcpus = 0
default_memory = 2048
disable_block_device_use = true
shared_fs = "virtio-fs"
enable_annotations = ["enable_iommu", "kernel_params"]
[runtime]
static_sandbox_resource_mgmt = false
sandbox_cgroup_only = false
`,
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
  '/sys/class/dmi/id/sys_vendor': 'QEMU\n',
  '/sys/class/dmi/id/product_name': 'Standard PC (Q35 + ICH9, 2009)\n',
}
