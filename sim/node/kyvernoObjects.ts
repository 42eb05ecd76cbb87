import type { Departures } from '../faults/departures.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { KyvernoScenario, Scenario } from '../scenarios/scenario.ts'

const optIn = { 'runtime-sandbox': 'enabled' }

/** Policies of the guide's deployer (3.26: Default RuntimeClass, Kyverno PolicyException, the warning about hostPath BlockDevice), with their API paths. */
export function kyvernoObjects(
  kyverno: KyvernoScenario,
  { kataDeployNamespace }: Pick<Scenario, 'kataDeployNamespace'>,
  departures: Departures,
): { path: string; object: KubeObject }[] {
  const path = '/apis/kyverno.io/v1/clusterpolicies'
  const policies = [
    ...(kyverno.defaultRuntimeClass === '' ? [] : [defaultClass('default-runtime-class', kyverno, departures)]),
    ...(departures.staleDefaultClassPolicy ? [stale] : []),
    noTokens,
    ...(departures.hostPathPolicy ? [noHostPaths] : []),
    ...(departures.blockDevicePolicy ? [noBlockDevices(kyverno)] : []),
  ]
  const exceptions = departures.policyException ? [exception(kataDeployNamespace)] : []
  return [
    ...policies.map((object) => ({ path, object })),
    ...exceptions.map((object) => ({
      path: `/apis/kyverno.io/v2/namespaces/${kataDeployNamespace}/policyexceptions`,
      object,
    })),
  ]
}

const policy = (name: string, rule: Record<string, unknown>): KubeObject => ({
  apiVersion: 'kyverno.io/v1',
  kind: 'ClusterPolicy',
  metadata: { name },
  spec: { rules: [{ name, ...rule }] },
})

const pods = (labels: Readonly<Record<string, string>>) => ({
  any: [
    {
      resources: {
        kinds: ['Pod'],
        ...(Object.keys(labels).length > 0 ? { namespaceSelector: { matchLabels: labels } } : {}),
      },
    },
  ],
})

function defaultClass(name: string, { defaultRuntimeClass }: KyvernoScenario, departures: Departures): KubeObject {
  const { defaultClassPolicy, policyClass } = departures
  const key = defaultClassPolicy === 'overwrites' ? 'runtimeClassName' : '+(runtimeClassName)'
  const spec = { [key]: policyClass ?? defaultRuntimeClass }
  const labels = defaultClassPolicy === 'any-value' ? [optIn, { 'runtime-sandbox': 'disabled' }] : [optIn]
  const rules = labels.map((each, index) => ({
    name: `${name}-${index + 1}`,
    match: pods(each),
    mutate: { patchStrategicMerge: { spec } },
  }))
  const object = policy(name, {})
  return { ...object, spec: { rules } }
}

const stale = policy('default-runtime-class-old', {
  match: pods({ 'runtime-sandbox': 'old' }),
  mutate: { patchStrategicMerge: { spec: { '+(runtimeClassName)': 'kata-clh' } } },
})

const noTokens = policy('disable-automount-sa-token', {
  match: pods({ 'no-tokens': 'true' }),
  mutate: { patchStrategicMerge: { spec: { automountServiceAccountToken: false } } },
})

const noBlockDevices = ({ productionLabels }: KyvernoScenario): KubeObject =>
  policy('disallow-hostpath-block-devices', {
    match: pods(productionLabels),
    validate: {
      message: 'hostPath volumes of type BlockDevice are not allowed in production.',
      pattern: { spec: { '=(volumes)': [{ '=(hostPath)': { '=(type)': '!BlockDevice' } }] } },
    },
  })

/** Kyverno's sample disallow-host-path, where pods are sandboxed: the one flag that a VM does not confine. */
const noHostPaths = policy('disallow-host-path', {
  match: pods(optIn),
  validate: {
    message: 'HostPath volumes are forbidden. The field spec.volumes[*].hostPath must be unset.',
    pattern: { spec: { '=(volumes)': [{ 'X(hostPath)': 'null' }] } },
  },
})

const exception = (namespace: string): KubeObject => ({
  apiVersion: 'kyverno.io/v2',
  kind: 'PolicyException',
  metadata: { name: 'kata-deploy-token', namespace },
  spec: {
    exceptions: [{ policyName: 'disable-automount-sa-token', ruleNames: ['disable-automount-sa-token'] }],
    match: { any: [{ resources: { kinds: ['Pod'], namespaces: [namespace] } }] },
  },
})
