import type { KataHandler } from '../shims/kataHandler.ts'
import type { StartTimes } from './sandbox.ts'

/**
 * How long starts take, ms: the guide's cold starts of a pod without volumes (baselines.yaml, start_time), less what the kubelet takes,
 * split between sandbox (the VM's boot) and container. Firecracker has no figure there; it boots no slower than Cloud Hypervisor.
 */
const coldStart = {
  runc: 2300,
  'go cloud-hypervisor': 3900,
  'rust cloud-hypervisor': 3900,
  'go qemu': 4900,
  'rust qemu': 5500,
  'rust dragonball': 6200,
  'go firecracker': 3900,
}

/** What passes in scheduler and kubelet before and after the runtime's part. */
const kubelet = 800

const noTime: StartTimes = { sandbox: 0, container: 0, exec: 0 }

/**
 * @param latencies false: nothing takes time
 * @param cloudHypervisorFactor times that a sandbox with it takes longer
 */
export function startTimes(
  handler: Pick<KataHandler, 'language' | 'hypervisor'> | null,
  latencies: boolean,
  cloudHypervisorFactor = 1,
): StartTimes {
  if (!latencies) return noTime
  const key = handler === null ? 'runc' : (`${handler.language} ${handler.hypervisor}` as keyof typeof coldStart)
  const total = (coldStart[key] ?? coldStart['rust cloud-hypervisor']) - kubelet
  const container = handler === null ? 500 : 650
  const factor = handler?.hypervisor === 'cloud-hypervisor' ? cloudHypervisorFactor : 1
  return { sandbox: (total - container) * factor, container, exec: handler === null ? 40 : 80 }
}
