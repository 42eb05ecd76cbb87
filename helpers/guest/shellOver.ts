import type { PodHandle } from '../pods/podHandle.ts'

/**
 * What a shell that is served over TCP answers to one command, tried for some seconds: the server may not listen yet. The tries are the client's own, in one
 * exec. Returns what came back, or what nc said last.
 */
export async function shellOver(client: PodHandle, address: string, port: number, command: string): Promise<string> {
  const script = `i=0; until printf '%s\\nexit\\n' "$3" | timeout 10 nc "$1" "$2"; do i=$((i+1)); [ $i -lt 5 ] || exit 1; sleep 1; done`
  const { stdout, stderr } = await client.read(['sh', '-c', script, 'sh', address, String(port), command], {
    timeoutMs: 70_000,
  })
  return stdout.trim() || (stderr.trim().split('\n').at(-1) ?? '')
}
