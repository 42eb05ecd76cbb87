import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Ended, startCommand } from '../harness/commandLine.ts'
import { ownSettings, script, scripts, startCluster, type TestCluster, type Unavailable } from './testCluster.ts'

/** A cluster without impostors, for simulated nodes; its API server passes WebSockets on to kubelets. @param role keeps those apart that run at once */
export async function joinableCluster(role: string): Promise<TestCluster | Unavailable> {
  const environment = await ownSettings(role)
  // What a killed run has left would be in the way.
  await script('down.sh', [], environment)
  return startCluster(environment)
}

export const CONTEXT = 'kata-conformance'
/** The API server's address in its own network, where simulated kubelets must be for it to reach them. */
const INSIDE = 'https://10.250.0.1:6443'

export interface JoinedCluster {
  /** Of the process with the nodes. */
  readonly pid: number
  /** Ends it as Ctrl-C does: it removes what it made. */
  close(): Promise<Ended>
  /** Ends it without a chance to clean up. */
  kill(): Promise<void>
}

/** Starts `sim --join` in the control plane's network and waits until its nodes are ready. Throws what it said when it ended before. */
export async function startJoined(
  cluster: TestCluster,
  argv: readonly string[],
  deadlineMs = 600_000,
): Promise<JoinedCluster> {
  const kubeconfig = path.join(cluster.folder, 'inside.kubeconfig')
  writeFileSync(kubeconfig, readFileSync(cluster.kubeconfig, 'utf8').replace(/server: .*/, `server: ${INSIDE}`))
  const { child, ended, says } = startCommand(
    ['sim', '--join', kubeconfig, '--context', CONTEXT, ...argv],
    cluster.environment,
    deadlineMs,
    ['bash', path.join(scripts, 'enter.sh'), 'network'],
  )
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal)
    return ended
  }
  await says(/joined in/)
  return {
    pid: child.pid ?? 0,
    close: () => end('SIGINT'),
    kill: async () => void (await end('SIGKILL')),
  }
}
