/**
 * Faults that hide each other although they change different things, and no check names two of them: they are not tried in one group. What a group shows is
 * judged the same without this; it saves the runs in which its members are tried apart, of which the run says why (`apart`).
 */
export const entangled: readonly (readonly string[])[] = [
  // which shim, VMM and configuration a class has; and what is looked for on classes with QEMU, or a custom runtime, alone
  [
    'block-minimal-class-with-qemu-handler',
    'clh-as-heavy-as-qemu',
    'cloud-hypervisor-elsewhere',
    'custom-runtimes-read-the-stock-configuration',
    'default-configuration-dangles',
    'firecracker-elsewhere',
    'guest-kernel-reserve-grown',
    'guest-slab-grown',
    'host-path-shows-the-guest',
    'kata-clh-class-with-qemu-handler',
    'kata-cloud-hypervisor-run-by-the-go-shim',
    'kata-dragonball-class-with-qemu-handler',
    'kata-fc-class-with-qemu-handler',
    'kata-qemu-class-missing',
    'kata-qemu-handler-renamed',
    'kata-qemu-run-by-the-rust-shim',
    'kata-qemu-runtime-rs-run-by-the-go-shim',
    'memory-hotplug-ignored',
    'minimal-class-with-qemu-handler',
    'node-disk-beside-the-volume',
    'qemu-of-the-distribution',
  ],
  // what is looked for on custom runtimes alone shows on none that is a class of kata-deploy's
  ['custom-runtimes-read-the-stock-configuration', 'virtiofsd-grown'],
  ['custom-runtimes-read-the-stock-configuration', 'vmm-killed-beyond-limit-and-overhead'],
  ['custom-runtimes-read-the-stock-configuration', 'qemu-memory-not-shared'],
  ['minimal-class-with-qemu-handler', 'memory-max-lowered'],
  ['minimal-class-with-qemu-handler', 'custom-overrides-in-base-file'],
  // boot_ids tell VMs apart, or cannot
  [
    'added-containers-in-a-sandbox-of-their-own',
    'container-restart-recreates-vm',
    'guests-cloned-from-one-template',
    'vm-per-container',
  ],
  // what a command failed for is not known by its exit code alone
  ['exec-exit-code-lost', 'privileged-lacks-sys-admin'],
  // a file that is no longer there cannot reach the host
  ['confidential-copies-empty', 'confidential-writes-reach-the-host'],
  // a class that is never injected, or does not exist, overwrites none
  ['policy-injects-no-class', 'policy-overwrites-class', 'policy-names-missing-class'],
  // a pod that is in no VM has no clock of its own
  ['runc-behind-kata-handlers', 'dragonball-clock-slow'],
  ['runc-behind-kata-handlers', 'virtiofs-cache-never'],
  ['runc-behind-kata-handlers', 'virtiofs-reads-slow'],
  // what a clock that is slow took cannot be told
  ['guest-clock-slow', 'virtiofs-cache-never'],
  // what is written slowly is not read slower than that
  ['virtiofs-cache-never', 'virtiofs-reads-slow', 'virtiofs-writes-slow'],
]
