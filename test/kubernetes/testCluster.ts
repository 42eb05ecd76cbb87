import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'

/** A one-node Kubernetes of cluster/up.sh, with settings that keep it apart from every other one on this machine. */
export interface TestCluster {
  kubeconfig: string
  /** etcd, keys, logs; `audit.log` has one JSON line a request. */
  folder: string
  environment: NodeJS.ProcessEnv
  kubectl(...args: string[]): Promise<Result>
  /** Runs a command in a node (`worker-1`), in `control-plane`, or in the control plane's `network`. */
  enter(where: string, ...command: string[]): Promise<Result>
  down(): Promise<Result>
}

export interface Result {
  code: number
  stdout: string
  stderr: string
}

/** This machine cannot run a cluster, and why; where it could but the start fails, `startCluster` throws. */
export interface Unavailable {
  reason: string
}

export const scripts = path.join(import.meta.dirname, 'cluster')
/** A first start downloads and builds Kubernetes: about 10 minutes of CPU. */
export const FIRST_START_MS = 45 * 60_000

/** Settings for a cluster of this check-out alone: clones side by side do not end each other's. */
export async function ownSettings(role: string): Promise<NodeJS.ProcessEnv> {
  const clone = createHash('sha256')
    .update(import.meta.dirname)
    .digest('hex')
    .slice(0, 8)
  const { KATA_CONFORMANCE_CLUSTER_STATE: _, ...inherited } = process.env
  return {
    ...inherited,
    KATA_CONFORMANCE_CLUSTER_NAME: `test-${clone}-${role}`,
    KATA_CONFORMANCE_CLUSTER_PORT: String(await freePort()),
  }
}

/** Brings up a cluster. Throws with the output of up.sh when the machine could run one and the start failed. */
export async function startCluster(
  environment: NodeJS.ProcessEnv,
  ...options: string[]
): Promise<TestCluster | Unavailable> {
  const up = await script('up.sh', options, environment, { progress: true })
  if (up.code === 2) return { reason: lastLine(up.stderr).replace(/^cluster: cannot run here: /, '') }
  if (up.code !== 0) throw new Error(`cluster:up failed (exit code ${up.code}):\n${up.stderr}`)
  const kubeconfig = lastLine(up.stdout)
  const folder = path.dirname(kubeconfig)
  return {
    kubeconfig,
    folder,
    environment,
    kubectl: (...args) => execute(path.join(folder, 'kubectl'), ['--kubeconfig', kubeconfig, ...args], environment),
    enter: (where, ...command) => script('enter.sh', [where, ...command], environment),
    down: () => script('down.sh', [], environment),
  }
}

/** Runs one of the cluster's scripts; with `progress` its messages are seen as they come. */
export function script(
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  options: { progress?: boolean; uid?: number } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }
    const child = spawn('bash', [path.join(scripts, name), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...identity,
    })
    const result = { code: 0, stdout: '', stderr: '' }
    child.stdout.on('data', (data) => (result.stdout += String(data)))
    child.stderr.on('data', (data) => {
      result.stderr += String(data)
      if (options.progress) process.stderr.write(String(data))
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ ...result, code: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15) }))
  })
}

export function execute(file: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Result> {
  return new Promise((resolve) => {
    execFile(file, args, { env, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    )
  })
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? ''

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
