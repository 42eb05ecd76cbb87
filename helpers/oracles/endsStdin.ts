import { kubernetesMinor } from '../facts/kubernetesMinor.ts'
import type { ClassCondition } from './applicability.ts'

/** v5.channel.k8s.io, which alone can end the stdin of an exec over a WebSocket, is on by default since this minor version (KEP-4006). */
const since = 30

/** A command in a container can be told that its stdin has ended. */
export const endsStdin: ClassCondition = (_class, { kubernetesVersion: { value, how } }) => {
  const minor = value === null ? null : kubernetesMinor(value)
  if (minor === null) return { unknown: `the version of the API server is unknown: ${value ?? how}` }
  return (
    minor >= since || { no: `Kubernetes ${value} cannot end the stdin of an exec over a WebSocket: 1.${since} can` }
  )
}
