import type { CheckContext } from '../behaviour.ts'
import { FactUnknownError } from '../facts/armFacts.ts'
import { busybox } from './pod.ts'

type Context = Pick<CheckContext<string, unknown>, 'temporaryNamespace' | 'createPod'>

/**
 * Whether a namespace without labels takes a pod that level baseline refuses: what the API server's own configuration of Pod Security says of it
 * (PodSecurityConfiguration, defaults), which nobody can read. Throws FactUnknownError where something else refuses it. Nothing is ever started: the pod asks for a node that does not exist.
 */
export async function unlabelledNamespace({
  temporaryNamespace,
  createPod,
}: Context): Promise<{ readonly level: 'privileged' | 'lower'; readonly how: string }> {
  const namespace = await temporaryNamespace({ 'pod-security.kubernetes.io/enforce': null })
  const pod = await createPod(
    busybox(undefined)
      .hostPID()
      .with({ nodeSelector: { 'kata-conformance.dev/no-such-node': 'true' } })
      .inNamespace(namespace)
      .expectsNoRoom()
      .awaits('settled'),
  )
  const how = pod.refusal?.message ?? ''
  // A policy engine that refuses hostPID says nothing of Pod Security.
  if (pod.outcome === 'refused' && !how.includes('violates PodSecurity'))
    throw new FactUnknownError('the level of Pod Security of a namespace without labels', how)
  return pod.outcome === 'refused'
    ? { level: 'lower', how }
    : { level: 'privileged', how: 'a pod with hostPID was admitted to a namespace without labels' }
}
