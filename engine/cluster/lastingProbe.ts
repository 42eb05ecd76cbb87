import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'

export interface StartedProbe {
  readonly probe: NodeProbe
  /** Whether its pod is still the one that was started. */
  isThere(): Promise<boolean>
}

/**
 * A probe that is started anew when somebody deletes its pod. It only reads: what was asked is asked again. Throws what the probe throws when its
 * pod is there all the same, or cannot be started again.
 */
export function lastingProbe(first: StartedProbe, start: () => Promise<StartedProbe>): NodeProbe {
  let current = Promise.resolve(first)

  async function renewed(since: Promise<StartedProbe>): Promise<StartedProbe> {
    // Of all who notice, the first one starts it.
    if (current === since) {
      current = start()
      current.catch(() => undefined)
    }
    return current
  }

  return new Proxy(first.probe, {
    get(target, property): unknown {
      if (typeof Reflect.get(target, property) !== 'function') return Reflect.get(target, property)
      const ask = (of: StartedProbe, given: unknown[]): Promise<unknown> =>
        Reflect.apply(Reflect.get(of.probe, property) as (...of: unknown[]) => Promise<unknown>, of.probe, given)
      return async (...given: unknown[]): Promise<unknown> => {
        const asked = current
        const started = await asked
        try {
          return await ask(started, given)
        } catch (error) {
          if (await started.isThere()) throw error
          return ask(await renewed(asked), given)
        }
      }
    },
  })
}
