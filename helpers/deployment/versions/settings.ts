import type { ChangeWeight } from './versionChange.ts'
import type { Release } from './releases.ts'

/** A default of the shims' configuration files, or a way of kata-deploy itself, that changed in a release. */
export interface Setting {
  readonly since: Release
  readonly subject: string
  readonly before: string
  readonly after: string
  readonly weight: ChangeWeight
  readonly consequence: string
  readonly source: string
}

/** Makefiles of src/runtime and src/runtime-rs, templates and binary of kata-deploy, at the tags. */
export const settings: readonly Setting[] = [
  {
    since: '3.26',
    subject: 'disable_block_device_use of the Go shims',
    before: 'false',
    after: 'true',
    weight: 'act',
    consequence:
      'volumes and block devices of new pods go by virtiofs where they were plugged into the VM; a class that needs them in the guest sets disable_block_device_use = false in a drop-in',
    source: 'src/runtime/Makefile DEFDISABLEBLOCK (20ca4d2d79)',
  },
  {
    since: '3.31',
    subject: 'emptyDir of the Rust shims',
    before: 'inside the guest',
    after: 'by the shared file system (emptydir_mode = "shared-fs")',
    weight: 'act',
    consequence: 'an emptyDir of a new pod counts as the node’s ephemeral storage, and the kubelet evicts by it',
    source: 'src/runtime-rs/Makefile DEFEMPTYDIRMODE',
  },
  {
    since: '3.31',
    subject: 'enable_annotations of the Rust shims',
    before: 'with virtio_fs_extra_args',
    after: 'without it',
    weight: 'act',
    consequence: 'pods with io.katacontainers.config.hypervisor.virtio_fs_extra_args no longer get what they ask for',
    source: 'src/runtime-rs/Makefile DEFENABLEANNOTATIONS',
  },
  {
    since: '3.32',
    subject: 'enable_annotations of the Go shims',
    before: 'with virtio_fs_extra_args',
    after: 'without it',
    weight: 'act',
    consequence: 'pods with io.katacontainers.config.hypervisor.virtio_fs_extra_args are refused',
    source: 'src/runtime/Makefile DEFENABLEANNOTATIONS',
  },
  {
    since: '3.32',
    subject: 'static_sandbox_resource_mgmt of the Rust shims',
    before: 'false: CPUs and memory are plugged in',
    after: 'true: the VM boots with what the pod’s limits sum up to',
    weight: 'act',
    consequence:
      'new VMs of these classes have another size, and none is resized any more: pods without limits get the default only',
    source: 'src/runtime-rs/Makefile (e93558e810)',
  },
  {
    since: '3.32',
    subject: 'sandbox_cgroup_only of qemu-runtime-rs',
    before: 'false',
    after: 'true',
    weight: 'act',
    consequence: 'the VM’s own memory and CPU time count against the pod’s cgroup: the overhead must be large enough',
    source: 'src/runtime-rs/Makefile (e93558e810)',
  },
  {
    since: '4.0',
    subject: 'emptyDir of the Go shims',
    before: 'inside the guest',
    after: 'by the shared file system (disable_guest_empty_dir = true)',
    weight: 'act',
    consequence: 'an emptyDir of a new pod counts as the node’s ephemeral storage, and the kubelet evicts by it',
    source: 'src/runtime/Makefile DEFDISABLEGUESTEMPTYDIR',
  },
  {
    since: '4.0',
    subject: 'overhead_vcpus and overhead_memory of the Rust shims',
    before: 'none',
    after: '0.2 vCPUs and 32 MiB',
    weight: 'know',
    consequence: 'new VMs of these classes are larger by it than the pod’s limits',
    source: 'src/runtime-rs/Makefile',
  },
  {
    since: '4.1',
    subject: 'node selection of the RuntimeClasses',
    before: 'katacontainers.io/kata-runtime=true',
    after: 'and kata-deploy.katacontainers.io/<install>=true, which is false while a node is being installed',
    weight: 'act',
    consequence:
      'new Kata pods stay Pending on a node until its installation has ended; labels that something else sets on nodes are not enough any more',
    source: 'kata-deploy 4.1.0: templates/runtimeclasses.yaml',
  },
  {
    since: '4.1',
    subject: 'identity of an installation',
    before: 'values only',
    after: 'kept in a ConfigMap',
    weight: 'act',
    consequence: 'an upgrade that changes env.multiInstallSuffix or deploymentMode is refused: uninstall first',
    source: 'kata-deploy 4.1.0: templates, identity state',
  },
  {
    since: '4.1',
    subject: 'debug: true',
    before: 'turns every class to debug',
    after: 'makes further classes kata-<shim>-debug',
    weight: 'know',
    consequence: 'kata-<shim> itself no longer logs more; pods under observation name kata-<shim>-debug',
    source: 'kata-deploy 4.1.0: templates/runtimeclasses.yaml',
  },
  {
    since: '4.1',
    subject: 'rights of kata-deploy’s pods',
    before: 'privileged, with hostPID and the host’s root',
    after: 'neither; systemd is asked by D-Bus',
    weight: 'know',
    consequence: 'policies that made an exception for privileged pods of kata-deploy can drop it',
    source: 'kata-deploy 4.1.0: templates/kata-deploy.yaml',
  },
]
