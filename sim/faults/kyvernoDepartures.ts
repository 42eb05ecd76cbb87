/** Departures of Kyverno's policies: they show where it is installed (scenario kyverno). */
export interface KyvernoDepartures {
  defaultClassPolicy: 'opt-in' | 'any-value' | 'overwrites'
  mutatingWebhook: boolean
  /** The RuntimeClass that the policy sets; null: the scenario's. */
  policyClass: string | null
  /** Whether the API server's plug-ins run again after the policy. */
  reinvocation: boolean
  staleDefaultClassPolicy: boolean
  policyException: boolean
  blockDevicePolicy: boolean
  /** Whether hostPath volumes are refused where pods are sandboxed. */
  hostPathPolicy: boolean
}

export const healthyKyverno: KyvernoDepartures = {
  defaultClassPolicy: 'opt-in',
  mutatingWebhook: true,
  policyClass: null,
  reinvocation: true,
  staleDefaultClassPolicy: false,
  policyException: true,
  blockDevicePolicy: true,
  hostPathPolicy: true,
}

/** What each fault of kyverno.yaml changes in the model, and nothing else. */
export const kyvernoFaults: Record<string, Partial<KyvernoDepartures>> = {
  'policy-injects-no-class': { mutatingWebhook: false },
  'policy-injects-without-overhead': { reinvocation: false },
  'policy-names-missing-class': { policyClass: 'kata-removed' },
  'policy-ignores-label-value': { defaultClassPolicy: 'any-value' },
  'policy-overwrites-class': { defaultClassPolicy: 'overwrites' },
  'stale-default-class-policy': { staleDefaultClassPolicy: true },
  'new-policies-not-heeded': { mutatingWebhook: false },
  'policy-exception-missing': { policyException: false },
  'host-path-policy-missing': { hostPathPolicy: false },
  'block-device-policy-missing': { blockDevicePolicy: false },
}
