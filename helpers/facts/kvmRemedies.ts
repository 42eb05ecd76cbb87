import type { NodeFacts } from './facts.ts'

interface Remedy {
  readonly when: (node: { machine: string; provider: string }) => boolean
  /** Printed for an operator. The suite runs none of it: reloading KVM's modules ends every VM of the machine. */
  readonly text: readonly string[]
}

/** Guide, Prérequis > Nested Virtualization: what the parent hypervisor must be told, by the maker that DMI names. */
const remedies: readonly Remedy[] = [
  {
    when: ({ machine }) => /^(QEMU|KVM|Red Hat|Proxmox|Bochs|oVirt|OpenStack)/i.test(machine),
    text: [
      'Proxmox: give the VM the CPU type host: qm set <vmid> --cpu host',
      'libvirt: <cpu mode="host-passthrough"/>; Vagrant: libvirt.nested = true and cpu_mode = "host-passthrough"',
      'on the parent, /sys/module/kvm_intel/parameters/nested (or kvm_amd) must be Y or 1; else, with no VM running:',
      '  modprobe -r kvm_intel; modprobe kvm_intel nested=1',
      '  echo "options kvm_intel nested=1" > /etc/modprobe.d/kvm.conf',
      'the parent may itself be a VM: then its own parent must allow nesting too',
    ],
  },
  {
    when: ({ machine }) => /VMware/i.test(machine),
    text: [
      'ESXi/vSphere: CPU > "Expose hardware assisted virtualization to the guest OS", or vhv.enable = "TRUE" in the .vmx',
      'Workstation/Fusion: Processors > "Virtualize Intel VT-x/EPT or AMD-V/RVI"',
    ],
  },
  {
    when: ({ machine, provider }) => /Amazon EC2/i.test(machine) || provider.startsWith('aws:'),
    text: ['EC2: an instance type with nested virtualization, or bare metal (*.metal)'],
  },
  {
    when: ({ machine, provider }) => /^Google/i.test(machine) || provider.startsWith('gce:'),
    text: ['Google Cloud: create the instance with --enable-nested-virtualization, on a machine type that allows it'],
  },
  {
    when: ({ machine, provider }) => /^Microsoft/i.test(machine) || provider.startsWith('azure:'),
    text: [
      'Hyper-V, with the VM off: Set-VMProcessor -VMName <vm> -ExposeVirtualizationExtensions $true',
      'Azure: a VM size that supports nested virtualization',
    ],
  },
]

const ofMetal = ['switch on Intel VT-x or AMD-V (SVM) in the firmware, and load kvm_intel or kvm_amd']

const ofUnknownVm = [
  'the parent hypervisor must expose VT-x or AMD-V to this VM (CPU type host, nested virtualization); its maker is not known',
]

/** What an operator can do about a node without usable KVM; empty when KVM is usable or nobody could look. */
export function kvmRemedies(node: NodeFacts): readonly string[] {
  if (node.kvmUsable.value !== false) return []
  const about = { machine: node.machine.value ?? '', provider: node.provider?.value ?? '' }
  const remedy = remedies.find((each) => each.when(about))
  if (remedy) return remedy.text
  return node.nested.value === false ? ofMetal : ofUnknownVm
}
