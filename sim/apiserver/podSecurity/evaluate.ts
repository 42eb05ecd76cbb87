import type { KubeObject } from '../../kubeObject.ts'
import { checks } from './checks.ts'
import type { Finding, Json } from './check.ts'

export type Level = 'privileged' | 'baseline' | 'restricted'
export const levels: readonly Level[] = ['privileged', 'baseline', 'restricted']

export interface Policy {
  level: Level
  version: string
}

/** The violations of a pod spec as one text; null when the policy allows it. */
export function violations(spec: Json, metadata: KubeObject['metadata'], { level }: Policy): string | null {
  if (level === 'privileged') return null
  const findings = checks
    .filter((check) => (level === 'restricted' ? check.overriddenBy === undefined : check.level === 'baseline'))
    .map((check) => check.check(spec, metadata))
    .filter((finding): finding is Exclude<Finding, null> => finding !== null)
  return findings.length === 0
    ? null
    : findings.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')
}

export type Mode = 'enforce' | 'audit' | 'warn'
const prefix = 'pod-security.kubernetes.io/'

/** A mode's policy from the labels of the namespace; without a label the cluster's own level holds. */
export function policyOf(namespace: KubeObject | undefined, mode: Mode, byDefault: Level = 'privileged'): Policy {
  const labels = namespace?.metadata.labels ?? {}
  const level = labels[`${prefix}${mode}`] as Level | undefined
  return {
    level: level !== undefined && levels.includes(level) ? level : byDefault,
    version: labels[`${prefix}${mode}-version`] ?? 'latest',
  }
}

export const show = ({ level, version }: Policy): string => `${level}:${version}`

/** Labels that name no level or version: label and what is wrong. */
export function wrongLabels(namespace: KubeObject): { label: string; value: string; why: string }[] {
  return (['enforce', 'audit', 'warn'] as const).flatMap((mode) => {
    const labels = namespace.metadata.labels ?? {}
    const level = labels[`${prefix}${mode}`]
    const version = labels[`${prefix}${mode}-version`]
    return [
      ...(level !== undefined && !(levels as string[]).includes(level)
        ? [{ label: `${prefix}${mode}`, value: level, why: `must be one of ${levels.join(', ')}` }]
        : []),
      ...(version !== undefined && version !== 'latest' && !/^v1\.(0|[1-9]\d*)$/.test(version)
        ? [{ label: `${prefix}${mode}-version`, value: version, why: 'must be "latest" or "v1.x"' }]
        : []),
    ]
  })
}
