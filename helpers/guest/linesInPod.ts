import type { PodHandle } from '../pods/podHandle.ts'

/**
 * Waits in the container until a file has a line, however it comes there: the kernel of a guest is told nothing of what its host does to a shared file,
 * so whoever waits has to look. `ms` is how long it took by the container's own clock (/proc/uptime, hundredths of a second).
 */
export async function linesInPod(
  pod: PodHandle,
  path: string,
  line: string,
  withinMs: number,
  everyMs = 100,
): Promise<{ seen: boolean; ms: number }> {
  const { stdout, exitCode } = await pod.read(
    ['sh', '-c', waiting, 'wait', path, line, String(withinMs / everyMs), String(everyMs / 1000)],
    {
      timeoutMs: withinMs + 30_000,
    },
  )
  const [from = 0, to = 0] = stdout.split('\n').map((text) => Number(text.split(' ')[0]))
  return { seen: exitCode === 0, ms: Math.round((to - from) * 1000) }
}

const waiting = `cat /proc/uptime
left=$3
until grep -qxF "$2" "$1" 2>/dev/null; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || exit 1
  sleep $4
done
cat /proc/uptime`
