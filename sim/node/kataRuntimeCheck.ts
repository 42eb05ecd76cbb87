import type { Machine } from '../machine/machine.ts'
import type { MachineCommandCall } from '../machine/machineCommand.ts'
import type { NodeScenario } from '../scenarios/scenario.ts'
import type { KataRelease } from '../shims/kataRelease.ts'

/** kata-runtime of a node: --version, and `check` (kata-check.go: processor flags, then KVM). */
export function kataRuntimeCheck(
  { argv, stdout, stderr }: MachineCommandCall,
  machine: Machine,
  kvm: NodeScenario['kvm'],
  release: KataRelease,
): number {
  if (argv.includes('--version')) {
    stdout(`kata-runtime  : ${release.version}\n   commit   : unknown\n   OCI specs: 1.1.0\n`)
    return 0
  }
  if (argv[1] !== 'check' && argv[1] !== 'kata-check') {
    stderr(`Incorrect Usage: no such command: ${argv[1] ?? ''}\n`)
    return 1
  }
  const { flags } = machine.spec.cpu
  if (!flags.includes('vmx') && !flags.includes('svm'))
    return refuse(stderr, 'CPU does not have required property: Virtualization support')
  if (kvm === 'missing') return refuse(stderr, 'open /dev/kvm: no such file or directory')
  if (kvm === 'locked') return refuse(stderr, 'open /dev/kvm: no such device')
  stdout('System is capable of running Kata Containers\nSystem can currently create Kata Containers\n')
  return 0
}

function refuse(stderr: (text: string) => void, why: string): number {
  stderr(`ERROR: System is not capable of running Kata Containers: ${why}\n`)
  return 1
}
