import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import type { ClassFacts } from '../../helpers/facts/facts.ts'
import { mebibytes, millicores } from '../../helpers/facts/quantity.ts'
import type { Cost } from './budget.ts'

interface ContainerResources {
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
}

/**
 * What the Kubernetes scheduler will count for the pod: the greater of the containers' sum and the largest init container, plus the
 * RuntimeClass overhead. A limit without a request counts as the request. Source: k8s.io/component-helpers/resource PodRequests, 1.34
 */
export function podCost(manifest: KubeObject, runtimeClass: ClassFacts | undefined): Cost {
  const spec = manifest.spec as { containers: ContainerResources[]; initContainers?: ContainerResources[] }
  const requested = (container: ContainerResources, name: string): string =>
    container.resources?.requests?.[name] ?? container.resources?.limits?.[name] ?? '0'
  const total = (name: string, amount: (quantity: string) => number): number => {
    const together = spec.containers.reduce((sum, each) => sum + amount(requested(each, name)), 0)
    return Math.max(together, ...(spec.initContainers ?? []).map((each) => amount(requested(each, name))))
  }
  return {
    millicores: total('cpu', millicores) + (runtimeClass?.overheadMillicores.value ?? 0),
    mib: total('memory', mebibytes) + (runtimeClass?.overheadMiB.value ?? 0),
    pods: 1,
  }
}
