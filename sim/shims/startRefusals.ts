import { CriError } from '../kubelet/containerRuntime.ts'
import type { SimNode } from '../node/simNode.ts'
import type { KataHandler } from './kataHandler.ts'
import type { VmSize } from './sizing.ts'

/** @throws CriError when the node cannot run a VM of the handler, in the words of its shim */
export function refuseStart(node: SimNode, handler: KataHandler): void {
  requireKvm(node, handler)
  abortWhenNested(node, handler)
  requireTee(node, handler)
}

function requireKvm(node: SimNode, handler: KataHandler): void {
  if (node.kvm === 'usable' || node.departures.accelerator === 'tcg') return
  if (node.departures.withoutKvm === 'emulated' && handler.hypervisor === 'qemu') return
  const why = node.kvm === 'missing' ? 'No such file or directory' : 'No such device'
  const log = `Could not access KVM kernel module: ${why}`
  const text =
    handler.hypervisor === 'qemu'
      ? `failed to launch qemu: exit status 1, error messages from qemu log: ${log}\nqemu-system-x86_64: failed to initialize kvm: ${why}`
      : log
  throw new CriError('Unknown', `failed to create containerd task: failed to create shim task: ${text}: unknown`)
}

/** The departure: Cloud Hypervisor does not survive its start on a virtual node. */
function abortWhenNested({ departures, scenario }: SimNode, { hypervisor }: KataHandler): void {
  if (hypervisor !== 'cloud-hypervisor' || departures.cloudHypervisorWhenNested === 'works' || !scenario.nested) return
  throw new CriError(
    'Unknown',
    'failed to create containerd task: failed to create shim task: clh: signal: aborted (core dumped): unknown',
  )
}

/** qemu_amd64.go, enableProtection: the words of the Go shim for a confidential guest where the node has no protection. */
function requireTee({ departures, scenario }: SimNode, { variant }: KataHandler): void {
  if (variant === null) return
  const lacks = variant === 'coco-dev' ? scenario.tee === 'none' : scenario.tee !== variant
  const starts =
    variant === 'coco-dev'
      ? departures.cocoDevWithoutHardware === 'starts'
      : departures.teeWithoutHardware === 'unprotected'
  if (!lacks || starts) return
  const text = "this system doesn't support Confidential Computing (Guest Protection)"
  throw new CriError('Unknown', `failed to create containerd task: failed to create shim task: ${text}: unknown`)
}

/** A VM without room for its kernel never answers (static sizing with a CPU limit alone: overhead_memory is all it gets). */
export function tooSmall(handler: KataHandler, size: VmSize): CriError {
  const text = `failed to start ${handler.hypervisor} with ${size.memoryMiB} MiB: connect to agent: timed out`
  return new CriError(
    'DeadlineExceeded',
    `failed to create containerd task: failed to create shim task: ${text}: unknown`,
  )
}
