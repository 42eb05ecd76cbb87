import type { KubeObject } from '../kubeObject.ts'
import { fieldPathOf, type ContainerRecord } from './containerRecord.ts'
import { CriError } from './containerRuntime.ts'
import type { KubeletContext } from './kubeletContext.ts'
import { httpGet, portNumber } from './lifecycleHook.ts'
import type { Probe } from './podSpec.ts'
import { pauseUnlessAborted } from './timers.ts'

export interface ProbeListener {
  started(): void
  ready(ready: boolean): void
  /** The container must be restarted. @param why text of the Killing event */
  failed(why: string, graceSeconds: number | undefined): void
}

type Kind = 'Startup' | 'Liveness' | 'Readiness'

/** Probes of one attempt of a container (pkg/kubelet/prober): the startup probe first, then the others beside each other. Returns how to stop. */
export function startProbes(
  context: KubeletContext,
  pod: KubeObject,
  record: ContainerRecord,
  podIps: readonly string[],
  listener: ProbeListener,
): () => void {
  const stop = new AbortController()
  const { startupProbe, livenessProbe, readinessProbe } = record.spec

  const follow = async (kind: Kind, probe: Probe): Promise<void> => {
    const need = { success: probe.successThreshold ?? 1, failure: probe.failureThreshold ?? 3 }
    const run = { success: 0, failure: 0 }
    if (
      probe.initialDelaySeconds &&
      !(await pauseUnlessAborted(context.clock, probe.initialDelaySeconds * 1000, stop.signal))
    )
      return
    for (;;) {
      const result = await probeOnce(context, pod, record, kind, probe, podIps, stop.signal)
      if (stop.signal.aborted) return
      if (result !== 'unknown') {
        run[result] += 1
        run[result === 'success' ? 'failure' : 'success'] = 0
        if (result === 'success' && run.success >= need.success) {
          if (kind === 'Readiness') listener.ready(true)
          if (kind === 'Startup') return listener.started()
        }
        if (result === 'failure' && run.failure >= need.failure) {
          if (kind === 'Readiness') listener.ready(false)
          else
            return listener.failed(
              `Container ${record.spec.name} failed ${kind.toLowerCase()} probe, will be restarted`,
              probe.terminationGracePeriodSeconds,
            )
        }
      }
      if (!(await pauseUnlessAborted(context.clock, (probe.periodSeconds ?? 10) * 1000, stop.signal))) return
    }
  }
  const all = async (): Promise<void> => {
    if (startupProbe) await follow('Startup', startupProbe)
    if (stop.signal.aborted || record.condemned) return
    await Promise.all([
      livenessProbe && follow('Liveness', livenessProbe),
      readinessProbe && follow('Readiness', readinessProbe),
    ])
  }
  if (startupProbe || livenessProbe || readinessProbe) void all()
  return () => stop.abort()
}

async function probeOnce(
  context: KubeletContext,
  pod: KubeObject,
  record: ContainerRecord,
  kind: Kind,
  probe: Probe,
  podIps: readonly string[],
  signal: AbortSignal,
): Promise<'success' | 'failure' | 'unknown'> {
  const tell = (message: string) => {
    if (!signal.aborted) context.events.event(pod, 'Warning', 'Unhealthy', message, fieldPathOf(record))
  }
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  try {
    const failure = await attempt(context, record, probe, podIps, timeoutMs)
    if (failure === null) return 'success'
    tell(`${kind} probe failed: ${failure}`)
    return 'failure'
  } catch (error) {
    if (error instanceof CriError && error.code === 'DeadlineExceeded') {
      tell(
        `${kind} probe failed: command timed out: "${probe.exec?.command.join(' ')}" timed out after ${timeoutMs / 1000}s`,
      )
      return 'failure'
    }
    const code = error instanceof CriError ? error.code : 'Unknown'
    tell(
      `${kind} probe errored and resulted in unknown state: rpc error: code = ${code} desc = ${(error as Error).message}`,
    )
    return 'unknown'
  }
}

/** null when the probe succeeds, otherwise what it said. Throws when it could not be made. */
async function attempt(
  context: KubeletContext,
  record: ContainerRecord,
  probe: Probe,
  podIps: readonly string[],
  timeoutMs: number,
): Promise<string | null> {
  if (probe.exec) {
    const result = await context.runtime.execSync(record.id!, probe.exec.command, timeoutMs)
    return result.exitCode === 0 ? null : result.stdout + result.stderr
  }
  if (probe.httpGet) return httpGet(context, record.spec, probe.httpGet, podIps, timeoutMs).then(() => null, messageOf)
  if (probe.tcpSocket) {
    if (!context.runtime.connect) throw new Error('the container runtime of this node cannot make TCP connections')
    const port = portNumber(record.spec, probe.tcpSocket.port)
    return context.runtime.connect(probe.tcpSocket.host ?? podIps[0]!, port, timeoutMs).then(() => null, messageOf)
  }
  throw new Error('missing probe handler')
}

function messageOf(error: unknown): string {
  return (error as Error).message
}
