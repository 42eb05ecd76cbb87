import type { CheckContext, PodsContext } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { known } from '../../helpers/facts/fact.ts'
import type { ClassFacts } from '../../helpers/facts/facts.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { memTotal } from '../../helpers/guest/meminfo.ts'
import { hypervisorAnnotation } from '../../helpers/oracles/annotationOutcome.ts'
import { possibleMemory } from '../../helpers/oracles/guestMemory.ts'
import { sandboxMemory, sandboxVcpus } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { Pod } from '../../helpers/pods/podBuilder.ts'

/** A size that is not the class's own. Throws FactUnknownError. */
const asked = (of: ClassFacts) => ({
  memoryMiB: need(of.defaultMemoryMiB, 'default_memory') === 1024 ? 1536 : 1024,
  vcpus: need(of.defaultVcpus, 'default_vcpus') === 2 ? 3 : 2,
})

export function annotatedPod({ runtimeClass, facts }: Pick<PodsContext<unknown>, 'runtimeClass' | 'facts'>): Pod {
  const { memoryMiB, vcpus } = asked(facts.class)
  const annotations = {
    [`${hypervisorAnnotation}default_memory`]: String(memoryMiB),
    [`${hypervisorAnnotation}default_vcpus`]: String(vcpus),
  }
  return busybox(runtimeClass).annotations(annotations).awaits('settled')
}

const refusal = /annotation io\.katacontainers\.config\.hypervisor\.default_(memory|vcpus) is not enabled/

/**
 * What became of the annotated pod, by its memory and CPUs where it started: 'ignored' means the size of a pod without annotations. A pod that is sized by neither,
 * or does not start for another reason, is said to be just that.
 */
export async function seenOutcome(context: CheckContext<'pod', unknown>): Promise<string> {
  const { pods, facts, measure, finding } = context
  const { pod } = pods
  if (pod.outcome !== 'ready') {
    const why = `${pod.failure?.reason ?? pod.outcome}: ${pod.failure?.message ?? pod.refusal?.message ?? ''}`
    if (!refusal.test(why)) return `not started: ${why}`
    finding(`the shim refuses the pod: ${refusal.exec(why)?.[0]}`)
    return 'rejected'
  }
  await expectInVm(context, pod)
  const total = measure('MemTotal', await memTotal(pod), 'MiB')
  const vcpus = measure('vCPUs', await nproc(pod), '')
  const fits = (of: ClassFacts): boolean => {
    const { min, max } = possibleMemory(sandboxMemory(of, []))
    return total >= min && total <= max && vcpus === sandboxVcpus(of, facts.node, []).total
  }
  const size = asked(facts.class)
  const annotated: ClassFacts = {
    ...facts.class,
    defaultMemoryMiB: known(size.memoryMiB, 'the annotation'),
    defaultVcpus: known(size.vcpus, 'the annotation'),
  }
  if (fits(annotated)) return 'honoured'
  return fits(facts.class) ? 'ignored' : `MemTotal ${Math.round(total)} MiB and ${vcpus} vCPUs, by neither`
}
