import type { ContainerRecord } from './containerRecord.ts'
import { startContainer } from './containerStarter.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { lastExit, shouldRestart } from './podState.ts'
import { specOf } from './podSpec.ts'
import type { WorkerHost } from './podWorker.ts'

/** One pass over the containers of a pod whose sandbox lives (kuberuntime computePodActions). finished: all have ended for good. */
export async function runContainers(
  context: KubeletContext,
  host: WorkerHost,
): Promise<{ started: boolean; finished: boolean }> {
  const { state } = host
  let started = false
  const inSandbox = (record: ContainerRecord) => state.sandboxOf.get(record) === state.sandbox!.id
  const of = (...roles: ContainerRecord['role'][]) => state.records.filter((record) => roles.includes(record.role))
  const begin = async (record: ContainerRecord): Promise<boolean> => {
    const begun = await startContainer(context, host, record)
    started ||= begun
    return begun
  }
  await restartUnhealthy(host)

  const main = of('main')
  const mainBegun = main.some(inSandbox)
  for (const record of of('init', 'sidecar')) {
    if (record.role === 'init') {
      if (mainBegun) continue
      if (record.state.kind === 'running') return { started, finished: false }
      const exit = inSandbox(record) ? lastExit(record) : null
      if (exit?.exitCode === 0) continue
      if (exit && !shouldRestart(state.pod, record)) return { started, finished: true }
      await begin(record)
      return { started, finished: false }
    }
    const over = main.every((one) => lastExit(one) !== null && !shouldRestart(state.pod, one))
    if (record.state.kind !== 'running' && !over) {
      await begin(record)
      if (mainBegun) continue
      // what comes after a sidecar starts in the next pass, once the status has shown it (recorded)
      if (started) host.lookAgain(0)
      return { started, finished: false }
    }
    if (!mainBegun && !record.started) return { started, finished: false }
  }

  for (const record of [...main, ...of('ephemeral')]) {
    if (record.state.kind === 'running' || (lastExit(record) && !shouldRestart(state.pod, record))) continue
    await begin(record)
  }
  return { started, finished: main.every((record) => lastExit(record) !== null && !shouldRestart(state.pod, record)) }
}

/** Containers that a probe has condemned are stopped; the pass that follows starts them again. */
async function restartUnhealthy(host: WorkerHost): Promise<void> {
  for (const record of host.state.records) {
    if (!record.condemned || record.state.kind !== 'running') continue
    const { why, graceSeconds } = record.condemned
    await host.kill(record, why, graceSeconds ?? specOf(host.state.pod).terminationGracePeriodSeconds ?? 30)
  }
}
