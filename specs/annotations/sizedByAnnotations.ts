import type { CheckContext, PodsContext } from '../../helpers/behaviour.ts'
import { type Facts, FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { known } from '../../helpers/facts/fact.ts'
import type { ClassFacts } from '../../helpers/facts/facts.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { hypervisorAnnotation, type SizingKey } from '../../helpers/oracles/annotationOutcome.ts'
import { possibleMemory } from '../../helpers/oracles/guestMemory.ts'
import { defaultVcpus, sandboxMemory, sandboxVcpus } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { Pod } from '../../helpers/pods/podBuilder.ts'

/** What a pod asks for, which is not the class's own size: MiB, or vCPUs. Throws FactUnknownError. */
const asked = ({ class: of, node }: Facts, key: SizingKey): number =>
  key === 'default_memory' ? need(of.defaultMemoryMiB, 'default_memory') + 1024 : defaultVcpus(of, node) === 1 ? 2 : 1

/** One pod for each key, with that annotation alone: one that is refused would hide what becomes of the other. */
export const annotatedPods = (
  { runtimeClass, facts }: Pick<PodsContext<unknown>, 'runtimeClass' | 'facts'>,
  keys: readonly SizingKey[],
): Record<SizingKey, Pod> =>
  Object.fromEntries(
    keys.map((key) => [
      key,
      busybox(runtimeClass)
        .annotations({ [`${hypervisorAnnotation}${key}`]: String(asked(facts, key)) })
        .awaits('settled'),
    ]),
  ) as Record<SizingKey, Pod>

/**
 * What became of the annotated pod, by its memory and CPUs where it started: 'ignored' means the size of a pod without annotations. A pod that is sized by neither,
 * or does not start for another reason, is said to be just that.
 */
export async function seenOutcome(context: CheckContext<SizingKey, unknown>, key: SizingKey): Promise<string> {
  const { facts, measure, finding } = context
  const pod = context.pods[key]
  if (pod.outcome !== 'ready') {
    const why = `${pod.failure?.reason ?? pod.outcome}: ${pod.failure?.message ?? pod.refusal?.message ?? ''}`
    if (!why.includes(`annotation ${hypervisorAnnotation}${key} is not enabled`)) return `not started: ${why}`
    finding(`the shim refuses the pod: annotation ${hypervisorAnnotation}${key} is not enabled`)
    return 'rejected'
  }
  await expectInVm(context, pod)
  const total = measure(`MemTotal with ${key}`, await memTotal(pod), 'MiB')
  const vcpus = measure(`vCPUs with ${key}`, await nproc(pod), '')
  const fits = (of: ClassFacts): boolean => {
    const { min, max } = possibleMemory(sandboxMemory(of, []))
    return total >= min && total <= max && vcpus === sandboxVcpus(of, facts.node, []).total
  }
  const size = known(asked(facts, key), 'the annotation')
  const annotated = { ...facts.class, [key === 'default_memory' ? 'defaultMemoryMiB' : 'defaultVcpus']: size }
  // One CPU for both, where default_maxvcpus or the node has no more.
  if (fits(annotated) && fits(facts.class))
    throw new FactUnknownError(`what became of ${key}`, 'the size of the sandbox is the same with it and without')
  if (fits(annotated)) return 'honoured'
  return fits(facts.class) ? 'ignored' : `MemTotal ${Math.round(total)} MiB and ${vcpus} vCPUs, by neither`
}
