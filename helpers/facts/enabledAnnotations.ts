import { asTexts, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, type Fact } from './fact.ts'

/** enable_annotations: io.katacontainers.config.hypervisor.* that a pod may set. Absent is none. */
export const detectEnabledAnnotations = (on: ClassOnNode): Fact<readonly string[]> =>
  fromToml<readonly string[]>(on, 'hypervisor', 'enable_annotations', asTexts, (where) =>
    known([], `no enable_annotations in ${where}`),
  )
