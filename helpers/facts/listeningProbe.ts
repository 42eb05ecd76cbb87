import type { NodeProbe } from '../node/nodeProbe.ts'

/**
 * The same probe; every answer that did not come because the way to the node, or the probe itself, broke is told. What the node answers, and be it
 * that there is no such file, is an answer.
 */
export function listeningProbe(probe: NodeProbe, onBroken: (why: string) => void): NodeProbe {
  return new Proxy(probe, {
    get(target, property): unknown {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]): Promise<unknown> => {
        try {
          return await (Reflect.apply(value, target, given) as Promise<unknown>)
        } catch (error) {
          if (isBroken(error)) onBroken((error as Error).message)
          throw error
        }
      }
    },
  })
}

const isBroken = (error: unknown): boolean => {
  const { name, cause } = (error ?? {}) as { name?: string; cause?: unknown }
  return (
    ['ProbeBroken', 'ExecError', 'ApiError', 'WaitError'].includes(name ?? '') ||
    (cause !== undefined && isBroken(cause))
  )
}
