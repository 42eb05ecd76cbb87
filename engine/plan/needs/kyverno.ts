import type { Need } from '../need.ts'

/** Needs of claims about policies. */
export const kyvernoNeeds: Readonly<Record<string, Need>> = {
  kyverno: ({ facts: { kyverno } }) => {
    if (kyverno?.value === true) return null
    return kyverno?.value === false
      ? `needs Kyverno, which is not installed: ${kyverno.how}`
      : `whether Kyverno is installed is not known: ${kyverno?.how ?? 'nobody asked'}`
  },
  'default-rc-policy': ({ facts: { defaultClassPolicies = [], kyverno }, options }) =>
    defaultClassPolicies.length > 0 || (options.allowClusterPolicy && kyverno?.value === true)
      ? null
      : `needs a ClusterPolicy that sets runtimeClassName; there is none (${kyverno?.how ?? 'nobody asked'}); let the suite make one for its own namespaces with --allow-cluster-policy`,
  production: ({ facts: { production } }) =>
    production ? null : 'is about clusters in production; no profile says that this is one (production:)',
}
