import type { Departures } from '../faults/departures.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { NodeScenario, RuntimeClassScenario, Scenario } from '../scenarios/scenario.ts'
import { distribution, type DistributionName } from './distributions.ts'
import { kataHostLabel } from './kataDeployObjects.ts'
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
export function nodeObject(
  node: SimNode,
  { kubernetesVersion, distribution: name }: { kubernetesVersion: string; distribution: DistributionName },
  address?: string,
): KubeObject {
  const { scenario, machine, departures } = node
  const { versionSuffix, labels } = distribution(name)
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: scenario.name,
      labels: {
        ...labels,
        ...(scenario.kata || departures.kataDeployOnPlainNodes ? { [kataHostLabel]: 'true' } : {}),
        ...(scenario.kata ? { [kataLabel]: 'true' } : {}),
        [simulatedLabel]: 'true',
        ...scenario.labels,
      },
    },
    status: {
      ...(address === undefined
        ? {}
        : {
            addresses: [
              { type: 'InternalIP', address },
              { type: 'Hostname', address: scenario.name },
            ],
          }),
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
        kubeletVersion: `${kubernetesVersion}${versionSuffix}`,
      },
      runtimeHandlers: ['', scenario.defaultRuntime, ...node.handlers.keys()].map((name) => ({
        name,
        features: { recursiveReadOnlyMounts: !node.handlers.has(name), userNamespaces: false },
      })),
    },
  }
}

export function kataNodes(nodes: readonly NodeScenario[]): NodeScenario[] {
  return nodes.filter((node) => node.kata)
}
