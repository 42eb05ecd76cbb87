import { spawnSync } from 'node:child_process'
import path from 'node:path'
import {
  FIRST_START_MS,
  ownSettings,
  script,
  scripts,
  startCluster,
  type TestCluster,
  type Unavailable,
} from './testCluster.ts'

// One real Kubernetes for all tests of a process, brought up for the first that needs it and ended after the last. mocha
// loads this file for its hooks.

let shared: Promise<TestCluster | Unavailable> | undefined

/** The cluster that all tests share, with impostors of Kata's RuntimeClasses, or why this machine cannot have one. */
export function realCluster(): Promise<TestCluster | Unavailable> {
  return (shared ??= start())
}

/** `describe` for tests that need the shared cluster: where there is none all of them are skipped, and counted. */
export function describeOnCluster(title: string, body: (cluster: () => TestCluster) => void): void {
  describe(title, function () {
    let cluster: TestCluster | undefined
    before('a real cluster', async function () {
      this.timeout(FIRST_START_MS)
      const found = await realCluster()
      if ('reason' in found) return this.skip()
      cluster = found
    })
    body(() => {
      if (!cluster) throw new Error('no cluster: ask for it in a test or hook, not while tests are declared')
      return cluster
    })
  })
}

async function start(): Promise<TestCluster | Unavailable> {
  const environment = await ownSettings('shared')
  // What a killed run has left would be in the way.
  await script('down.sh', [], environment)
  // Also after an interruption, where mocha runs no more hooks.
  process.once('exit', () => spawnSync('bash', [path.join(scripts, 'down.sh')], { env: environment, stdio: 'ignore' }))
  const cluster = await startCluster(environment, '--impostor', '--dns')
  if ('reason' in cluster)
    process.stdout.write(`no real cluster on this machine, its tests are skipped: ${cluster.reason}\n`)
  return cluster
}

export const mochaHooks = {
  async afterAll(): Promise<void> {
    const cluster = await shared?.catch(() => undefined)
    if (cluster && 'down' in cluster) await cluster.down()
  },
}
