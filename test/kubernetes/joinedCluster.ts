import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { dump, load } from 'js-yaml'
import { type Ended, startCommand } from '../harness/commandLine.ts'

/** A real control plane for simulated nodes, as the environment names it. */
export interface RealControlPlane {
  /** cluster-admin, as this machine reaches it */
  readonly kubeconfig: string
  readonly context: string
  /** A command that runs the rest where the API server can reach it, when that is not this machine's network: nsenter -t PID -n */
  readonly within: readonly string[]
  /** The API server's address there. */
  readonly insideServer: string | undefined
}

/** Null where there is no cluster to test on. */
export function realControlPlane(env: NodeJS.ProcessEnv = process.env): RealControlPlane | null {
  const kubeconfig = env['KATA_CONFORMANCE_CLUSTER_KUBECONFIG']
  if (kubeconfig === undefined || kubeconfig === '') return null
  const { 'current-context': context } = load(readFileSync(kubeconfig, 'utf8')) as { 'current-context': string }
  return {
    kubeconfig,
    context,
    within: (env['KATA_CONFORMANCE_CLUSTER_ENTER'] ?? '').split(' ').filter(Boolean),
    insideServer: env['KATA_CONFORMANCE_CLUSTER_INSIDE_SERVER'],
  }
}

export interface JoinedCluster {
  /** Ends it as Ctrl-C does: it removes what it made. */
  close(): Promise<Ended>
  /** Ends it without a chance to clean up. */
  kill(): Promise<void>
}

/** Starts `sim --join` in a process of its own and waits until its nodes are ready. Throws what it said when it ended before. */
export async function startJoined(
  plane: RealControlPlane,
  argv: readonly string[],
  deadlineMs = 600_000,
): Promise<JoinedCluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-join-'))
  const kubeconfig = path.join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, dump(asSeenInside(plane)), { mode: 0o600 })
  const { child, ended, says } = startCommand(
    ['sim', '--join', kubeconfig, '--context', plane.context, ...argv],
    {},
    deadlineMs,
    plane.within,
  )
  const end = async (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal)
    return ended
  }
  void ended.finally(() => rmSync(folder, { recursive: true, force: true }))
  await says(/joined in/)
  return {
    close: () => end('SIGINT'),
    kill: async () => void (await end('SIGKILL')),
  }
}

interface Kubeconfig {
  clusters: { cluster: { server: string } }[]
}

function asSeenInside({ kubeconfig, insideServer }: RealControlPlane): Kubeconfig {
  const config = load(readFileSync(kubeconfig, 'utf8')) as Kubeconfig
  if (insideServer !== undefined) for (const { cluster } of config.clusters) cluster.server = insideServer
  return config
}
