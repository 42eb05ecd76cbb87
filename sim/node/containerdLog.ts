import type { ContainerRuntime, SandboxConfig } from '../kubelet/containerRuntime.ts'
import type { NodeJournal } from './journal.ts'

/** Calls of the CRI as containerd 1.7 logs them (internal/cri/instrument), to the node's journal. */
export function logged(runtime: ContainerRuntime, journal: NodeJournal): ContainerRuntime {
  const info = (text: string) => journal.write('containerd', `level=info msg=${JSON.stringify(text)}`)
  const told = async <T>(what: string, work: () => Promise<T>, done: (result: T) => string): Promise<T> => {
    info(what)
    try {
      const result = await work()
      info(done(result))
      return result
    } catch (error) {
      const why = JSON.stringify((error as Error).message)
      journal.write('containerd', `level=error msg=${JSON.stringify(`${what} failed, error`)} error=${why}`)
      throw error
    }
  }
  return {
    ...runtime,
    runPodSandbox: (config) =>
      told(
        `RunPodSandbox for ${metadataOf(config)}`,
        () => runtime.runPodSandbox(config),
        ({ id }) => `RunPodSandbox for ${metadataOf(config)} returns sandbox id "${id}"`,
      ),
    stopPodSandbox: (id) =>
      told(
        `StopPodSandbox for "${id}"`,
        () => runtime.stopPodSandbox(id),
        () => `StopPodSandbox for "${id}" returns successfully`,
      ),
    startContainer: (id) =>
      told(
        `StartContainer for "${id}"`,
        () => runtime.startContainer(id),
        () => `StartContainer for "${id}" returns successfully`,
      ),
  }
}

const metadataOf = ({ podName, podUid, podNamespace, attempt }: SandboxConfig): string =>
  `&PodSandboxMetadata{Name:${podName},Uid:${podUid},Namespace:${podNamespace},Attempt:${attempt},}`
