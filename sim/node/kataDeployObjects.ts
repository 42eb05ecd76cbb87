import type { Departures } from '../faults/departures.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { kataRelease } from '../shims/kataRelease.ts'
import { dropInToml } from '../shims/shimToml.ts'
import { distribution } from './distributions.ts'
import { handlersOf } from './handlersOf.ts'

/** By this label the operator says which nodes are to have Kata (nodeSelector of the chart's values). */
export const kataHostLabel = 'example.com/kata-host'

/** An object of the chart, and the path that it is made at. */
export interface ChartObject {
  path: string
  object: KubeObject
}

/** What kata-deploy's chart makes, in the order of its making: namespace and rights, configuration, then the DaemonSet or the Jobs. */
export function kataDeployObjects(scenario: Scenario, departures: Departures): ChartObject[] {
  const namespace = scenario.kataDeployNamespace
  const within = (api: string, plural: string) => `${api}/namespaces/${namespace}/${plural}`
  const custom = customConfigs(scenario, departures)
  return [
    ...(namespace === 'kube-system' ? [] : [{ path: '/api/v1/namespaces', object: namespaceObject(namespace) }]),
    { path: within('/api/v1', 'serviceaccounts'), object: serviceAccount(namespace) },
    ...clusterRights(namespace),
    ...(custom === null ? [] : [{ path: within('/api/v1', 'configmaps'), object: custom }]),
    ...(scenario.deploymentMode === 'job'
      ? installJobs(scenario, departures).map((object) => ({ path: within('/apis/batch/v1', 'jobs'), object }))
      : [{ path: within('/apis/apps/v1', 'daemonsets'), object: daemonSet(scenario, departures) }]),
  ]
}

const namespaceObject = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
})

const account = 'kata-deploy-sa'

const serviceAccount = (namespace: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: account, namespace, labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
})

/** templates/kata-rbac.yaml: kata-deploy labels its node and looks at its RuntimeClasses. */
function clusterRights(namespace: string): ChartObject[] {
  const rbac = 'rbac.authorization.k8s.io'
  const labels = { 'app.kubernetes.io/managed-by': 'Helm' }
  const role: KubeObject = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'kata-deploy-role', labels },
    rules: [
      { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'patch'] },
      {
        apiGroups: ['node.k8s.io'],
        resources: ['runtimeclasses'],
        verbs: ['create', 'delete', 'get', 'list', 'update'],
      },
      { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['list', 'get'] },
    ],
  }
  const binding: KubeObject = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kata-deploy-rb', labels },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'kata-deploy-role' },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  }
  return [
    { path: `/apis/${rbac}/v1/clusterroles`, object: role },
    { path: `/apis/${rbac}/v1/clusterrolebindings`, object: binding },
  ]
}

const releaseOf = (scenario: Scenario, departures: Departures) => departures.kataDeployRelease ?? scenario.kataVersion

/** templates/custom-runtimes.yaml; null where the scenario has none. */
function customConfigs(scenario: Scenario, departures: Departures): KubeObject | null {
  const handlers = handlersOf(scenario, kataRelease(scenario.kataVersion), {
    renamedHandlers: departures.renamedHandlers,
    furtherHandlers: [],
    customRuntimesRead: 'own',
  }).filter(({ custom }) => custom !== null)
  if (handlers.length === 0) return null
  const dropIns = handlers.map((handler) => [`dropin-${handler.name}.toml`, dropInToml(handler)] as const)
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'kata-deploy-custom-configs',
      namespace: scenario.kataDeployNamespace,
      labels: {
        'helm.sh/chart': `kata-deploy-${releaseOf(scenario, departures)}`,
        'app.kubernetes.io/name': 'kata-deploy',
        'app.kubernetes.io/instance': 'kata-deploy',
        'app.kubernetes.io/managed-by': 'Helm',
      },
    },
    data: {
      'custom-runtimes.list': handlers.map(({ name, shim }) => `${name}:${shim}::\n`).join(''),
      ...Object.fromEntries(dropIns),
    },
  }
}

const image = (scenario: Scenario, departures: Departures) =>
  `quay.io/kata-containers/kata-deploy:${releaseOf(scenario, departures)}`

/** The container that installs, but for its command. */
function installer(scenario: Scenario, departures: Departures) {
  const release = kataRelease(scenario.kataVersion)
  const custom = scenario.runtimeClasses.some(({ dropIn }) => dropIn !== null)
  const shims = scenario.runtimeClasses.filter(({ name, dropIn }) => dropIn === null && name !== 'kata')
  const env = {
    DEBUG: 'false',
    SHIMS_X86_64: shims.map(({ name }) => name.replace(/^kata-/, '')).join(' '),
    DEFAULT_SHIM_X86_64: release.defaultShim,
    INSTALLATION_PREFIX: '',
    MULTI_INSTALL_SUFFIX: '',
    ...(custom ? { CUSTOM_RUNTIMES_ENABLED: 'true' } : {}),
  }
  return {
    image: image(scenario, departures),
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ],
    ...(release.deploysUnprivileged ? {} : { securityContext: { privileged: true } }),
    volumeMounts: [
      { name: 'containerd-conf', mountPath: '/etc/containerd/' },
      ...(mountsHostRoot(scenario, departures) ? [{ name: 'host', mountPath: '/host/' }] : []),
      ...(custom ? [{ name: 'custom-configs', mountPath: '/custom-configs/', readOnly: true }] : []),
    ],
  }
}

const mountsHostRoot = (scenario: Scenario, departures: Departures) =>
  departures.kataDeployMountsHostRoot && !kataRelease(scenario.kataVersion).deploysUnprivileged

/** The pod of an installation, but for its containers. */
function installerPod(scenario: Scenario, departures: Departures) {
  const { deploysUnprivileged } = kataRelease(scenario.kataVersion)
  const folder = departures.kataDeployFolder ?? distribution(scenario.distribution).kataDeployFolder
  const custom = scenario.runtimeClasses.some(({ dropIn }) => dropIn !== null)
  return {
    ...(deploysUnprivileged ? {} : { hostPID: true }),
    serviceAccountName: account,
    tolerations: [{ operator: 'Exists' }],
    terminationGracePeriodSeconds: 1,
    volumes: [
      { name: 'containerd-conf', hostPath: { path: folder, type: 'DirectoryOrCreate' } },
      ...(mountsHostRoot(scenario, departures) ? [{ name: 'host', hostPath: { path: '/' } }] : []),
      ...(custom ? [{ name: 'custom-configs', configMap: { name: 'kata-deploy-custom-configs' } }] : []),
    ],
  }
}

/** As env_logger prints it. `%s` of the node's name. */
const log = (level: string, text: string) => `echo "[$(date -u +%Y-%m-%dT%H:%M:%SZ) ${level} kata_deploy] ${text}"`

const installing = (scenario: Scenario) => [
  log('INFO', 'copying kata artifacts onto host'),
  log('INFO', 'Add Kata Containers as a supported runtime for containerd'),
  log('INFO', 'Successfully configured all containerd runtimes'),
  log('INFO', `Kata Containers ${scenario.kataVersion} installation completed on $NODE_NAME`),
]

function daemonSet(scenario: Scenario, departures: Departures): KubeObject {
  const namespace = scenario.kataDeployNamespace
  const label = departures.kataDeployPodLabel === 'name' ? { name: 'kata-deploy' } : { app: 'kata-deploy' }
  const second = scenario.nodes.filter(({ kata }) => kata)[1]?.name ?? ''
  const failing =
    departures.kataDeployLog === 'clean'
      ? []
      : [
          `if [ "$NODE_NAME" = "${second}" ]; then ${log('ERROR', 'failed to restart containerd.service: exit status: 1')}; fi`,
        ]
  const stays = 'trap "exit 0" TERM; while :; do sleep 3600 & wait; done'
  const command = ['sh', '-c', [...installing(scenario), ...failing, stays].join('; ')]
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kata-deploy', namespace, labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
    spec: {
      selector: { matchLabels: label },
      ...(departures.daemonSetTemplate === 'changed' ? { updateStrategy: { type: 'OnDelete' } } : {}),
      template: {
        metadata: { labels: label },
        spec: {
          ...installerPod(scenario, departures),
          nodeSelector: { [kataHostLabel]: 'true' },
          containers: [{ name: 'kube-kata', command, ...installer(scenario, departures) }],
        },
      },
    },
  }
}

/** Job mode: one Job a node, as the chart's dispatcher makes them (templates/kata-deploy-install-job.yaml, 3.32 and later). */
function installJobs(scenario: Scenario, departures: Departures): KubeObject[] {
  return scenario.nodes
    .filter(({ kata }) => kata)
    .map((node, index) => {
      const fails = index === 1 && departures.installJobs === 'failed'
      const labels = { 'app.kubernetes.io/name': 'kata-deploy', 'kata-deploy/node': node.name }
      const command = ['sh', '-c', [...installing(scenario), `exit ${fails ? 1 : 0}`].join('; ')]
      return {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: `kata-deploy-install-${node.name}`, namespace: scenario.kataDeployNamespace, labels },
        spec: {
          backoffLimit: 0,
          template: {
            metadata: { labels },
            spec: {
              ...installerPod(scenario, departures),
              nodeName: node.name,
              restartPolicy: 'Never',
              containers: [{ name: 'install', command, ...installer(scenario, departures) }],
            },
          },
        },
      }
    })
}
