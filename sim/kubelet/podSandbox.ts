import { KubeApiError } from '../kubeClient.ts'
import type { KubeObject } from '../kubeObject.ts'
import { CriError } from './containerRuntime.ts'
import { backingOff } from './containerStarter.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { lastExit, shouldRestart, type PodState } from './podState.ts'
import { specOf } from './podSpec.ts'
import type { WorkerHost } from './podWorker.ts'
import { sandboxConfig } from './sandboxConfig.ts'

/** The pod has a sandbox that lives; makes one, or another when the old one has died (kuberuntime SyncPod). True when there is one. */
export async function ensureSandbox(context: KubeletContext, host: WorkerHost): Promise<boolean> {
  const { state } = host
  if (state.sandbox?.ready && !state.sandbox.lost) return true
  if (state.sandbox) {
    if (!worthAnother(state)) return true
    context.events.event(
      state.pod,
      'Normal',
      'SandboxChanged',
      'Pod sandbox changed, it will be killed and re-created.',
    )
    await dropSandbox(context, state)
    // containers that will have to wait say so before the new sandbox is there (recorded with a hypervisor killed twice)
    const waits = state.records.filter(
      (record) => shouldRestart(state.pod, record) && backingOff(context, host, record),
    )
    if (waits.length) void host.write()
  }
  try {
    const handler = await runtimeHandler(context, state.pod)
    const { id, ips } = await context.runtime.runPodSandbox(
      sandboxConfig(context, state.pod, handler, state.sandboxAttempt),
    )
    state.sandboxAttempt += 1
    state.sandbox = { id, lost: false, ready: true }
    if (!specOf(state.pod).hostNetwork) state.podIps = [...ips]
    context.runtimeListeners.set(id, (change) => {
      if (change === 'lost' && state.sandbox?.id === id) state.sandbox.lost = true
      host.lookAgain(context.latencies.relist)
    })
    return true
  } catch (error) {
    const prefix = error instanceof CriError ? `rpc error: code = ${error.code} desc = ` : ''
    context.events.event(
      state.pod,
      'Warning',
      'FailedCreatePodSandBox',
      `Failed to create pod sandbox: ${prefix}${(error as Error).message}`,
    )
    host.lookAgain(context.latencies.retry)
    return false
  }
}

/** A new sandbox is made only while some container is to run in it. */
function worthAnother(state: PodState): boolean {
  return state.records.some(
    (record) =>
      (record.role === 'main' || record.role === 'init') &&
      (lastExit(record) === null || shouldRestart(state.pod, record)),
  )
}

async function dropSandbox(context: KubeletContext, state: PodState): Promise<void> {
  const { id } = state.sandbox!
  context.runtimeListeners.delete(id)
  await context.runtime.stopPodSandbox(id).catch(() => {})
  for (const record of state.records) {
    for (const old of record.ids.splice(0)) {
      context.runtimeListeners.delete(old)
      await context.runtime.removeContainer(old).catch(() => {})
    }
  }
  await context.runtime.removePodSandbox(id).catch(() => {})
  state.sandbox = null
}

/** Handler of the pod's RuntimeClass; '' without one. Throws when there is no such class, as a lister does (pkg/kubelet/runtimeclass, 1.34). */
async function runtimeHandler(context: KubeletContext, pod: KubeObject): Promise<string> {
  const name = specOf(pod).runtimeClassName
  if (!name) return ''
  try {
    const runtimeClass = await context.client.get(`/apis/node.k8s.io/v1/runtimeclasses/${name}`)
    return String(runtimeClass['handler'])
  } catch (error) {
    if (error instanceof KubeApiError && error.code === 404)
      throw new Error(`runtimeclass.node.k8s.io "${name}" not found`, { cause: error })
    throw error
  }
}
