import type { KubeClient } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { SandboxConfig } from '../kubelet/containerRuntime.ts'
import { parseBytes, parseMillicores } from '../kubelet/quantity.ts'

/** What the CRI does not carry of a pod: asked for by faults only, at the API server. */
export interface PodLookup {
  /** A container that the pod does not have asks for nothing. */
  containerOf(
    sandbox: SandboxConfig,
    name: string,
  ): Promise<{ init: boolean; ephemeral: boolean; requests: { cpuMillicores: number; memoryBytes: number } }>
  /** Whether the kubelet starts a container again after this exit: never an ephemeral one. */
  restarts(sandbox: SandboxConfig, name: string, exitCode: number): Promise<boolean>
}

interface ContainerShape {
  name: string
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
}

interface PodShape extends Partial<Record<'containers' | 'initContainers' | 'ephemeralContainers', ContainerShape[]>> {
  restartPolicy?: string
}

export function createPodLookup(client: KubeClient): PodLookup {
  const podOf = (sandbox: SandboxConfig): Promise<KubeObject | null> =>
    client.get(`/api/v1/namespaces/${sandbox.podNamespace}/pods/${sandbox.podName}`).catch(() => null)
  const isEphemeral = (spec: PodShape | undefined, name: string): boolean =>
    spec?.ephemeralContainers?.some((one) => one.name === name) ?? false
  return {
    async containerOf(sandbox, name) {
      const spec = (await podOf(sandbox))?.spec as PodShape | undefined
      const init = spec?.initContainers?.find((container) => container.name === name)
      const container = init ?? spec?.containers?.find((one) => one.name === name)
      const { cpu, memory } = container?.resources?.requests ?? {}
      return {
        init: init !== undefined,
        ephemeral: isEphemeral(spec, name),
        requests: { cpuMillicores: cpu ? parseMillicores(cpu) : 0, memoryBytes: memory ? parseBytes(memory) : 0 },
      }
    },
    async restarts(sandbox, name, exitCode) {
      const pod = await podOf(sandbox)
      if (!pod || pod.metadata.deletionTimestamp) return false
      const spec = pod.spec as PodShape
      if (isEphemeral(spec, name)) return false
      const policy = spec.restartPolicy ?? 'Always'
      return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
    },
  }
}
