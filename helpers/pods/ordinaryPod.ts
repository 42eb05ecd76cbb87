import type { CheckContext } from '../behaviour.ts'
import { FactUnknownError } from '../facts/armFacts.ts'
import { busybox } from './pod.ts'

/**
 * Makes sure that policies take a pod without what a check asks about: where they refuse it for its image or its limits, that they refuse the next one says
 * nothing. It is never started: it asks for a node that does not exist. Throws FactUnknownError.
 */
export async function expectOrdinaryAdmitted(
  { createPod }: Pick<CheckContext<string, unknown>, 'createPod'>,
  runtimeClass: string | undefined,
  namespace: string,
  asked: string,
): Promise<void> {
  const ordinary = await createPod(
    busybox(runtimeClass)
      .with({ nodeSelector: { 'kata-conformance.dev/no-such-node': 'true' } })
      .inNamespace(namespace)
      .expectsNoRoom()
      .awaits('settled'),
  )
  if (ordinary.outcome === 'refused') throw new FactUnknownError(asked, ordinary.refusal?.message ?? 'refused')
  await ordinary.delete()
}
