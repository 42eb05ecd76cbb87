import {
  containersOf,
  extraCapabilities,
  isWindows,
  names,
  plural,
  quoted,
  seccompType,
  security,
  subject,
  who,
} from './check.ts'
import type { Check, Json } from './check.ts'

/*
 * The restricted checks of the Pod Security Standards: k8s.io/pod-security-admission/policy (v0.34).
 */

const allowedVolumes = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

export const restrictedChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    check(spec) {
      if (isWindows(spec)) return null
      const bad = containersOf(spec).filter((container) => security(container)['allowPrivilegeEscalation'] !== false)
      return bad.length === 0
        ? null
        : {
            reason: 'allowPrivilegeEscalation != false',
            detail: `${subject(bad)} must set securityContext.allowPrivilegeEscalation=false`,
          }
    },
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    check(spec) {
      if (isWindows(spec)) return null
      const keeping = containersOf(spec).filter(
        (container) =>
          !(((security(container)['capabilities'] as Json | undefined)?.['drop'] ?? []) as string[]).includes('ALL'),
      )
      const { containers, capabilities } = extraCapabilities(spec, new Set(['NET_BIND_SERVICE']))
      const details: string[] = []
      if (keeping.length > 0) details.push(`${subject(keeping)} must set securityContext.capabilities.drop=["ALL"]`)
      if (containers.length > 0)
        details.push(
          `${subject(containers)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`,
        )
      return details.length === 0 ? null : { reason: 'unrestricted capabilities', detail: details.join('; ') }
    },
  },
  {
    id: 'restrictedVolumes',
    level: 'restricted',
    check(spec) {
      const typeOf = (volume: Json) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'
      const bad = ((spec['volumes'] ?? []) as Json[]).filter((volume) => !allowedVolumes.has(typeOf(volume)))
      const kinds = [...new Set(bad.map(typeOf))].sort()
      if (bad.length === 0) return null
      return {
        reason: 'restricted volume types',
        detail: `${plural('volume', 'volumes', bad.length)} ${quoted(names(bad))} ${plural('uses', 'use', bad.length)} restricted volume ${plural('type', 'types', kinds.length)} ${quoted(kinds)}`,
      }
    },
  },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    check(spec) {
      const ofPod = security(spec)['runAsNonRoot'] as boolean | undefined
      const explicit = containersOf(spec).filter((container) => security(container)['runAsNonRoot'] === false)
      const implicit = containersOf(spec).filter((container) => security(container)['runAsNonRoot'] === undefined)
      const podBad = ofPod === false && implicit.length + explicit.length > 0
      const reason = 'runAsNonRoot != true'
      if (podBad || explicit.length > 0)
        return { reason, detail: `${who(podBad, explicit)} must not set securityContext.runAsNonRoot=false` }
      if (ofPod === true || implicit.length === 0) return null
      return { reason, detail: `pod or ${subject(implicit)} must set securityContext.runAsNonRoot=true` }
    },
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    check(spec) {
      const podBad = security(spec)['runAsUser'] === 0
      const bad = containersOf(spec).filter((container) => security(container)['runAsUser'] === 0)
      return podBad || bad.length > 0
        ? { reason: 'runAsUser=0', detail: `${who(podBad, bad)} must not set runAsUser=0` }
        : null
    },
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    check(spec) {
      if (isWindows(spec)) return null
      const good = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost'
      const ofPod = seccompType(spec)
      const explicit = containersOf(spec).filter(
        (container) => seccompType(container) !== undefined && !good(seccompType(container)),
      )
      const implicit = containersOf(spec).filter((container) => seccompType(container) === undefined)
      const podBad = ofPod !== undefined && !good(ofPod)
      const reason = 'seccompProfile'
      if (podBad || explicit.length > 0) {
        const kinds = [
          ...new Set([...(podBad ? [ofPod] : []), ...explicit.map((container) => seccompType(container) as string)]),
        ].sort()
        return {
          reason,
          detail: `${who(podBad, explicit)} must not set securityContext.seccompProfile.type to ${quoted(kinds)}`,
        }
      }
      if (good(ofPod) || implicit.length === 0) return null
      return {
        reason,
        detail: `pod or ${subject(implicit)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      }
    },
  },
]
