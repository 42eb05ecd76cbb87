import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import { NotRecorded, recordedHandle } from '../observations/recordedHandle.ts'
import { askedContainers } from '../observations/recordedTexts.ts'
import { recordedScenarios, type RecordedScenario } from '../pods/recordedScenario.ts'

/** Recordings of Kata. */
export const kata = recordedScenarios.filter(({ runtimeClass }) => runtimeClass !== null)

export interface Sandbox {
  recorded: RecordedScenario
  name: string
  pod: PodHandle
  limitsMiB: number[]
  limitsMillicores: number[]
}

/** Recorded Kata pods with the limits of their manifests. */
const sandboxes: readonly Sandbox[] = kata.flatMap((recorded) =>
  askedContainers(recorded).map(({ pod, container }) => {
    const handle = recordedHandle(recorded, pod, container)
    const { containers } = handle.object.spec as {
      containers: { resources?: { limits?: { cpu?: string; memory?: string } } }[]
    }
    const limits = containers.map(({ resources }) => resources?.limits ?? {})
    return {
      recorded,
      name: `${recorded.file} ${pod}`,
      pod: handle,
      limitsMiB: limits.flatMap(({ memory }) => (memory === undefined ? [] : [Number.parseInt(memory, 10)])),
      limitsMillicores: limits.flatMap(({ cpu }) =>
        cpu === undefined ? [] : [cpu.endsWith('m') ? Number.parseInt(cpu, 10) : Number(cpu) * 1000],
      ),
    }
  }),
)

/** The sandboxes that showed what is asked for, and what they showed. */
export async function shown<T>(observe: (pod: PodHandle) => Promise<T>): Promise<(Sandbox & { value: T })[]> {
  const all = await Promise.all(
    sandboxes.map(async (sandbox) => {
      try {
        return [{ ...sandbox, value: await observe(sandbox.pod) }]
      } catch (error) {
        if (error instanceof NotRecorded) return []
        throw error
      }
    }),
  )
  return all.flat()
}
