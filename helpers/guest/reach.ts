import type { PodHandle } from '../pods/podHandle.ts'

/**
 * HTTP GET from within the pod, tried again for some seconds: what serves a Service learns of its pods a moment after they are ready. The tries are the
 * pod's own, in one exec. Returns the body, or null with what wget said last.
 */
export async function httpUntil(
  pod: PodHandle,
  address: string,
  port: number,
  { tries = 5, container }: { tries?: number; container?: string } = {},
): Promise<{ ok: boolean; text: string }> {
  const host = address.includes(':') ? `[${address}]` : address
  const script = `i=0; until timeout 5 wget -qO- "$1"; do i=$((i+1)); [ $i -lt ${tries} ] || exit 1; sleep 1; done`
  const { stdout, stderr, exitCode } = await pod.read(
    ['sh', '-c', script, 'sh', `http://${host}:${port}/`],
    container === undefined ? {} : { container },
  )
  const said = stderr.trim().split('\n').at(-1) ?? ''
  return { ok: exitCode === 0, text: exitCode === 0 ? stdout.trim() : said === '' ? 'no answer in time' : said }
}

/**
 * Whether a server is kept from the pod, tried for some seconds: a policy takes hold a moment after it is there. A try that gets no answer in five
 * seconds, or a refusal, counts as kept from.
 */
export async function isBlocked(pod: PodHandle, address: string, port: number, tries = 10): Promise<boolean> {
  const host = address.includes(':') ? `[${address}]` : address
  const script = `i=0; while timeout 5 wget -qO /dev/null "$1" 2>/dev/null; do i=$((i+1)); [ $i -lt ${tries} ] || exit 1; sleep 1; done`
  const { exitCode } = await pod.read(['sh', '-c', script, 'sh', `http://${host}:${port}/`], { expectOutput: false })
  return exitCode === 0
}
