import type { ArmRecord } from '../record/arm.ts'
import type { RunRecord } from '../record/runRecord.ts'
import type { SandboxMemory } from './pageData.ts'

/** Names under which the footprint checks measure the host processes of one idle sandbox. */
const processes: readonly (readonly [process: string, measured: RegExp])[] = [
  ['shim', /^RSS of the (Go |Rust )?shim$/],
  ['VMM', /^RSS of (the VMM|QEMU)$/],
  ['virtiofsd', /^RSS of virtiofsd$/],
]

/** The sandboxes of which more than one process was measured, one for each RuntimeClass: that with most of them. */
export function sandboxMemory({ arms }: RunRecord, run: number): SandboxMemory[] {
  const best = new Map<string, SandboxMemory>()
  for (const arm of arms) {
    if (arm.role !== 'check' || arm.runtimeClass === null) continue
    const parts = partsOf(arm)
    if (parts.length < 2 || parts.length <= (best.get(arm.runtimeClass)?.parts.length ?? 0)) continue
    best.set(arm.runtimeClass, { run, runtimeClass: arm.runtimeClass, behaviour: arm.behaviour, parts })
  }
  return [...best.values()]
}

const partsOf = ({ measurements }: ArmRecord): SandboxMemory['parts'] =>
  processes.flatMap(([process, measured]) => {
    const found = measurements.find(({ name, unit }) => unit === 'MiB' && measured.test(name))
    return found ? [[process, Number(found.value.toPrecision(5))] as const] : []
  })
