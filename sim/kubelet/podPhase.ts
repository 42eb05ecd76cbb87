import type { KubeObject } from '../kubeObject.ts'
import type { ContainerRecord } from './containerRecord.ts'
import { specOf } from './podSpec.ts'

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

/** getPhase of pkg/kubelet/kubelet_pods.go (1.34). @param ended the pod's containers will not be restarted whatever its policy */
export function podPhase(pod: KubeObject, containers: readonly ContainerRecord[], ended: boolean): Phase {
  const policy = specOf(pod).restartPolicy ?? 'Always'
  const init = containers.filter((container) => container.role === 'init')
  const sidecars = containers.filter((container) => container.role === 'sidecar')
  const main = containers.filter((container) => container.role === 'main')
  const failed = (record: ContainerRecord) =>
    (record.state.kind === 'terminated' && record.state.exitCode !== 0) ||
    (record.state.kind === 'waiting' && (record.last?.exitCode ?? 0) !== 0)
  const untouched = (record: ContainerRecord) => record.state.kind === 'waiting' && !record.last
  const stoppedNow = (record: ContainerRecord) =>
    record.state.kind === 'terminated' || (record.state.kind === 'waiting' && record.last !== null)

  if (policy === 'Never' && init.some(failed)) return 'Failed'
  const pendingInit = init.some((record) => record.state.kind === 'running' || untouched(record))
  const pendingSidecar = sidecars.some(
    (record) => (record.state.kind === 'running' && !record.started) || untouched(record),
  )
  if (pendingInit || (pendingSidecar && !main.some(hasRun))) return 'Pending'
  if ([...sidecars, ...main].some(untouched)) return 'Pending'
  if ([...sidecars, ...main].some((record) => record.state.kind === 'running')) return 'Running'
  const stopped = main.filter(stoppedNow)
  const succeeded = main.filter((record) => record.state.kind === 'terminated' && record.state.exitCode === 0)
  if (stopped.length === 0) return 'Pending'
  if (ended) return stopped.length === succeeded.length ? 'Succeeded' : 'Failed'
  if (policy === 'Always') return 'Running'
  if (stopped.length === succeeded.length) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

/** The container has been started at least once. */
export function hasRun(record: ContainerRecord): boolean {
  return record.state.kind !== 'waiting' || record.last !== null
}
