import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { ProbeBroken } from '../../helpers/node/probeBroken.ts'

/** Stands for a probe that should be there and is not: whatever needs it breaks with the reason, instead of counting as not applicable. */
export function brokenProbe(node: string, why: string): NodeProbe {
  return new Proxy({ node } as NodeProbe, {
    get: (target, property): unknown => {
      if (property === 'node') return target.node
      // Whoever awaits the probe itself must not take it for a promise.
      return property === 'then' ? undefined : () => Promise.reject(new ProbeBroken(node, why))
    },
  })
}
