import type { Departures } from '../faults/departures.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { NodeScenario, RuntimeClassScenario, Scenario } from '../scenarios/scenario.ts'
import type { SimNode } from './simNode.ts'

export const kataLabel = 'katacontainers.io/kata-runtime'
/** Says to whoever looks that this is no node: results of a run here are no evidence about a real cluster. */
export const simulatedLabel = 'kata-conformance.dev/simulated'

/** RuntimeClass objects as the chart makes them (templates/runtimeclasses.yaml). */
export function runtimeClassObjects(scenario: Scenario, departures: Departures): KubeObject[] {
  const declared = scenario.runtimeClasses.filter(({ name }) => !departures.missingClasses.includes(name))
  const like = scenario.runtimeClasses.find(({ name }) => name === 'kata-qemu')
  const more = departures.undeclaredClasses.flatMap((name): RuntimeClassScenario[] => (like ? [{ ...like, name }] : []))
  return [...declared, ...more].map((entry) => runtimeClass(entry, departures))
}

function runtimeClass(
  { name, handler, overhead, nodeSelector }: RuntimeClassScenario,
  departures: Departures,
): KubeObject {
  return {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'Helm', 'kata-deploy/instance': 'default' } },
    handler: departures.classHandlers[name] ?? handler,
    ...(overhead !== null && departures.classOverhead ? { overhead: { podFixed: overhead } } : {}),
    ...(nodeSelector !== null && departures.classScheduling ? { scheduling: { nodeSelector } } : {}),
  }
}

/** StorageClass objects as their provisioners' charts make them. */
export function storageClassObjects(scenario: Scenario): KubeObject[] {
  return scenario.storageClasses.map(({ name, provisioner, isDefault }) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name,
      ...(isDefault ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}),
    },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Delete',
  }))
}

/** The Node that a kubelet registers. kata-deploy has labelled those with Kata. */
export function nodeObject(node: SimNode, kubernetesVersion: string): KubeObject {
  const { scenario, machine } = node
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: scenario.name,
      labels: { ...(scenario.kata ? { [kataLabel]: 'true' } : {}), [simulatedLabel]: 'true', ...scenario.labels },
    },
    status: {
      capacity: {
        cpu: String(scenario.cpus),
        memory: `${machine.spec.memory.totalKiB}Ki`,
        pods: String(scenario.maxPods),
        'ephemeral-storage': '101430960Ki',
      },
      nodeInfo: {
        machineID: machine.spec.bootId.replaceAll('-', ''),
        systemUUID: machine.spec.bootId,
        bootID: machine.spec.bootId,
        kernelVersion: scenario.kernel,
        osImage: 'Ubuntu 24.04.2 LTS',
        kubeletVersion: kubernetesVersion,
      },
      runtimeHandlers: ['', scenario.defaultRuntime, ...node.handlers.keys()].map((name) => ({
        name,
        features: { recursiveReadOnlyMounts: !node.handlers.has(name), userNamespaces: false },
      })),
    },
  }
}

/** Namespace and DaemonSet of kata-deploy (chart: templates/kata-deploy.yaml), on the nodes which the scenario gives Kata. */
export function kataDeployObjects(scenario: Scenario): { namespace: KubeObject; daemonSet: KubeObject } {
  const namespace = scenario.kataDeployNamespace
  const labels = { name: 'kata-deploy' }
  const shims = scenario.runtimeClasses
    .filter(({ dropIn }) => dropIn === null)
    .map(({ name }) => name.replace(/^kata-/, ''))
  const env = {
    DEBUG: 'false',
    SHIMS_X86_64: shims.join(' '),
    DEFAULT_SHIM_X86_64: 'qemu',
    INSTALLATION_PREFIX: '',
    HOST_OS: '',
    CUSTOM_RUNTIMES_ENABLED: String(scenario.runtimeClasses.some(({ dropIn }) => dropIn !== null)),
  }
  const container = {
    name: 'kube-kata',
    image: `quay.io/kata-containers/kata-deploy:${scenario.kataVersion}`,
    command: [
      'sh',
      '-c',
      `echo "kata-deploy ${scenario.kataVersion}: installed on $NODE_NAME"; trap "exit 0" TERM; while :; do sleep 3600 & wait; done`,
    ],
    env: [
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ],
    securityContext: { privileged: true },
    volumeMounts: [
      { name: 'containerd-conf', mountPath: '/etc/containerd/' },
      { name: 'host', mountPath: '/host/' },
    ],
  }
  return {
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    },
    daemonSet: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'kata-deploy', namespace, labels: { 'app.kubernetes.io/managed-by': 'Helm', ...labels } },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            hostPID: true,
            nodeSelector: { [kataLabel]: 'true' },
            tolerations: [{ operator: 'Exists' }],
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 1,
            containers: [container],
            volumes: [
              { name: 'containerd-conf', hostPath: { path: '/etc/containerd/' } },
              { name: 'host', hostPath: { path: '/' } },
            ],
          },
        },
      },
    },
  }
}

export function kataNodes(nodes: readonly NodeScenario[]): NodeScenario[] {
  return nodes.filter((node) => node.kata)
}
