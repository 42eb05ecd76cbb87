import { behaviour } from '../../helpers/behaviour.ts'
import { processesOf } from './processesOf.ts'

behaviour(
  'KATA-SHIM-001',
  processesOf(['kata-qemu'], 'go', 'qemu', {
    'runc-behind-kata-handlers': 'shims of a pod of kata-qemu',
    'second-hypervisor-per-sandbox': 'hypervisor processes of a pod of kata-qemu',
    'kata-qemu-run-by-the-rust-shim': "shims of a pod of kata-qemu: expected [ 'rust' ]",
  }),
)

behaviour(
  'KATA-SHIM-002',
  processesOf(['kata-qemu-runtime-rs'], 'rust', 'qemu', {
    'kata-qemu-runtime-rs-run-by-the-go-shim': "shims of a pod of kata-qemu-runtime-rs: expected [ 'go' ]",
  }),
)

behaviour(
  'KATA-SHIM-003',
  processesOf(['kata-clh'], 'go', 'cloud-hypervisor', {
    'runc-behind-kata-handlers': 'shims of a pod of kata-clh',
    'second-hypervisor-per-sandbox': 'hypervisor processes of a pod of kata-clh',
    'kata-clh-class-with-qemu-handler': "hypervisor of a pod of kata-clh: expected 'qemu-system-x86_64'",
  }),
)

// Renamed: kata-cloud-hypervisor is kata-clh-runtime-rs from 3.30 on (chart values). How its figures compare with kata-clh's is the benchmarks'.
behaviour(
  'KATA-SHIM-004',
  processesOf(['kata-cloud-hypervisor', 'kata-clh-runtime-rs'], 'rust', 'cloud-hypervisor', {
    'kata-cloud-hypervisor-run-by-the-go-shim': "shims of a pod of kata-cloud-hypervisor: expected [ 'go' ]",
  }),
)

behaviour(
  'KATA-SHIM-006',
  processesOf(['kata-dragonball'], 'rust', 'dragonball', {
    'kata-dragonball-class-with-qemu-handler': "shims of a pod of kata-dragonball: expected [ 'go' ]",
    'dragonball-as-a-process': 'virtual machines that the shim of kata-dragonball has in KVM',
  }),
)
