import type { ContainerRecord } from './containerRecord.ts'
import type { KubeletContext } from './kubeletContext.ts'
import type { ContainerSpec, ProbeHandler } from './podSpec.ts'

/** Runs a postStart or preStop handler in the container. Throws when it fails. @param timeoutMs for exec; 0 is without limit */
export async function runHook(
  context: KubeletContext,
  record: ContainerRecord,
  handler: ProbeHandler,
  podIps: readonly string[],
  timeoutMs: number,
): Promise<void> {
  if (handler.exec) {
    const { exitCode, stderr } = await context.runtime.execSync(record.id!, handler.exec.command, timeoutMs)
    if (exitCode !== 0)
      throw new Error(`command '${handler.exec.command.join(' ')}' exited with ${exitCode}: ${stderr}`)
  } else if (handler.httpGet) {
    await httpGet(context, record.spec, handler.httpGet, podIps, timeoutMs)
  } else if (handler.sleep) {
    await context.clock.sleep(handler.sleep.seconds * 1000)
  }
}

/** Throws on refusal and on status 400 and above, in words of the kubelet's HTTP prober. */
export async function httpGet(
  context: KubeletContext,
  container: ContainerSpec,
  target: NonNullable<ProbeHandler['httpGet']>,
  podIps: readonly string[],
  timeoutMs: number,
): Promise<void> {
  if (!context.runtime.httpGet) throw new Error('the container runtime of this node cannot make HTTP requests')
  const url = `${(target.scheme ?? 'HTTP').toLowerCase()}://${target.host ?? podIps[0]}:${portNumber(container, target.port)}/${(target.path ?? '/').replace(/^\//, '')}`
  const headers = Object.fromEntries((target.httpHeaders ?? []).map(({ name, value }) => [name, value]))
  let answer: { status: number }
  try {
    answer = await context.runtime.httpGet(
      url,
      { 'user-agent': 'kube-probe/1.34', accept: '*/*', ...headers },
      timeoutMs,
    )
  } catch (error) {
    throw new Error(`Get "${url}": ${(error as Error).message}`, { cause: error })
  }
  if (answer.status >= 400) throw new Error(`HTTP probe failed with statuscode: ${answer.status}`)
}

/** A port by number, or by the name that the container gives it. Throws when no port has the name. */
export function portNumber(container: ContainerSpec, port: number | string): number {
  if (typeof port === 'number') return port
  const named = container.ports?.find(({ name }) => name === port)
  if (named) return named.containerPort
  const numeric = Number(port)
  if (Number.isInteger(numeric)) return numeric
  throw new Error(`couldn't find port: ${port}`)
}
