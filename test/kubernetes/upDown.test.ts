import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { appears } from './appears.ts'
import { type ForeignRuntime, startForeignRuntime } from './foreignRuntime.ts'
import {
  heldNamespaces,
  identity,
  type Inhabitants,
  inhabitants,
  type MachineState,
  machineState,
  supervisorOf,
  survivors,
} from './machineState.ts'
import { describeOnCluster } from './realCluster.ts'
import { execute, ownSettings, type Result, script, scripts, startCluster, type TestCluster } from './testCluster.ts'

// cluster:up and cluster:down themselves, on a cluster of their own beside the shared one.

const STARTED_MS = 120_000

describeOnCluster('cluster:up and cluster:down', (shared) => {
  let env: NodeJS.ProcessEnv
  let id: string
  let state: string
  let temporary: string
  let untouched: MachineState
  let packages: string
  let foreign: ForeignRuntime

  before(async () => {
    temporary = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-up-'))
    env = { ...(await ownSettings('up-down')), TMPDIR: temporary }
    id = `kata-conformance-${env['KATA_CONFORMANCE_CLUSTER_NAME']}`
    state = `/var/lib/${id}`
    await script('down.sh', [], env)
    packages = path.join(shared().folder, 'packages')
    foreign = await startForeignRuntime(packages)
    untouched = await machineState(id, packages)
  })

  after(async () => {
    if (env) await script('down.sh', [], env)
    await foreign?.stop()
    if (temporary) rmSync(temporary, { recursive: true, force: true })
  })

  /** Ends the cluster and expects the machine as it was; `lived` is who was in the cluster. */
  async function downLeavesNothing(lived: Inhabitants): Promise<void> {
    const down = await script('down.sh', [], env)
    expect(down.code, down.stderr).to.equal(0)
    expect(survivors(lived)).to.deep.equal([])
    expect(heldNamespaces(lived)).to.deep.equal([])
    expect(await machineState(id, packages)).to.deep.equal(untouched)
    expect(readdirSync(temporary), 'left in $TMPDIR').to.deep.equal([])
    expect(foreign.identities.flatMap((one) => identity(one.split(':')[0] ?? ''))).to.deep.equal(foreign.identities)
    expect(await foreign.answers(), 'the other containerd answers').to.equal(true)
  }

  async function started(...options: string[]): Promise<TestCluster> {
    const cluster = await startCluster(env, ...options)
    if ('reason' in cluster) throw new Error(cluster.reason)
    return cluster
  }

  /** up.sh, and its exit code once it ends. */
  function beginUp(): { process: ChildProcess; ended: Promise<number> } {
    const process = spawn('bash', [path.join(scripts, 'up.sh')], { env, stdio: 'ignore' })
    return { process, ended: new Promise((resolve) => process.once('exit', (code) => resolve(code ?? 137))) }
  }

  it('leaves no process, mount, namespace, cgroup, link, rule, setting or file behind', async () => {
    const cluster = await started()
    await runPod(cluster, 'last', 'trap : TERM; sleep 1000')
    const lived = inhabitants(id)
    expect(lived.processes.size).to.be.greaterThan(10)
    expect(lived.namespaces.size).to.be.greaterThan(10)
    expect(survivors(lived)).to.have.length.greaterThan(10)
    const running = await machineState(id, packages)
    expect(running.links).to.equal(untouched.links)
    expect(running.rules).to.equal(untouched.rules)
    expect(running.sysctls).to.deep.equal(untouched.sysctls)
    expect(running.mounts).to.deep.equal(untouched.mounts)
    expect(running.present).to.deep.equal([...untouched.present, state])
    await downLeavesNothing(lived)
  })

  it('down removes what a killed build has left in the cache, and leaves the folder of one that is at work', async () => {
    const cache = path.join(temporary, 'cache')
    const left = path.join(cache, 'tmp.abcdef')
    mkdirSync(path.join(left, 'go'), { recursive: true })
    const own = { ...env, KATA_CONFORMANCE_CLUSTER_CACHE: cache }
    const down = path.join(scripts, 'down.sh')
    const building = await execute('flock', [path.join(cache, 'lock'), 'bash', down], own)
    expect(building.code, building.stderr).to.equal(0)
    expect(existsSync(left)).to.equal(true)
    const { code, stderr } = await execute('bash', [down], own)
    expect(code, stderr).to.equal(0)
    expect(existsSync(left)).to.equal(false)
    rmSync(cache, { recursive: true })
  })

  it('down has nothing to do where nothing runs', async () => {
    await downLeavesNothing({ processes: new Set(), namespaces: new Set(), at: 0 })
  })

  // What exists when up.sh is killed: settings are the first thing, images the last.
  const stages = ['settings', 'run/etcd.pid', 'run/worker-1.init', 'worker-1/log/imported']
  for (const stage of stages)
    it(`down after a SIGKILL of up.sh at ${stage} leaves nothing behind`, async () => {
      const up = beginUp()
      await appears(path.join(state, stage), STARTED_MS)
      up.process.kill('SIGKILL')
      expect(await up.ended).to.equal(137)
      await downLeavesNothing(inhabitants(id))
    })

  it('down ends an up.sh that is at work', async () => {
    const up = beginUp()
    await appears(path.join(state, 'run/etcd.pid'), STARTED_MS)
    await downLeavesNothing(inhabitants(id))
    expect(await up.ended).to.equal(137)
  })

  it('up after a SIGKILL of up.sh makes a whole cluster', async () => {
    const up = beginUp()
    await appears(path.join(state, 'run/kube-apiserver.pid'), STARTED_MS)
    up.process.kill('SIGKILL')
    await up.ended
    await runPod(await started(), 'after', 'sleep 1000')
  })

  it('up leaves a cluster alone that runs, and refuses other settings for it', async () => {
    const cluster = await started()
    const lived = inhabitants(id)
    expect((await cluster.kubectl('get', 'pod', 'after')).code).to.equal(0)
    expect([...inhabitants(id).processes].filter((one) => lived.processes.has(one))).to.have.length.greaterThan(10)
    const other = await script('up.sh', ['--workers', '2'], env)
    expect(other.code).to.equal(1)
    expect(other.stderr).to.match(/< workers 1\n---\n> workers 2\n/)
    expect(other.stderr).to.include('runs with other settings')
  })

  it('two that start it at once get one cluster', async () => {
    await script('down.sh', [], env)
    const [one, two] = await Promise.all([started(), started()])
    expect(one.kubeconfig).to.equal(two.kubeconfig)
    expect((await one.kubectl('get', 'nodes', '-o', 'name')).stdout).to.equal('node/worker-1\n')
  })

  it('a cluster that lost a supervisor is gone whole, and up makes a new one', async () => {
    await started()
    const lived = inhabitants(id)
    process.kill(supervisorOf(id, 'worker-1'), 'SIGKILL')
    const cluster = await started()
    expect(survivors(lived)).to.deep.equal([])
    await runPod(cluster, 'again', 'sleep 1000')
    await downLeavesNothing(inhabitants(id))
  })

  it('neither writes into nor removes a folder that is not a cluster’s', async () => {
    const folder = mkdtempSync('/var/lib/kata-conformance-somebody-')
    try {
      writeFileSync(path.join(folder, 'precious'), '')
      const settings = { ...env, KATA_CONFORMANCE_CLUSTER_STATE: folder }
      const up = await script('up.sh', [], settings)
      expect(up.code).to.equal(1)
      expect(up.stderr).to.include(`${folder} exists and is not a cluster's`)
      expect((await script('down.sh', [], settings)).code).to.equal(0)
      expect(readdirSync(folder)).to.deep.equal(['precious'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('up says that its port is taken', async () => {
    const taken = new URL(/server: (\S+)/.exec(readFileSync(shared().kubeconfig, 'utf8'))?.[1] ?? '').port
    const up = await script('up.sh', [], { ...env, KATA_CONFORMANCE_CLUSTER_PORT: taken })
    expect(up.code).to.equal(1)
    expect(up.stderr).to.include(`port ${taken} is in use`)
    await downLeavesNothing(inhabitants(id))
  })

  it('makes a second worker, names and Services across both on request; exec without stream translation', async () => {
    const cluster = await started('--workers', '2', '--dns', '--no-stream-translation')
    const nodes = await cluster.kubectl('get', 'nodes', '-o', 'name')
    expect(nodes.stdout.trim().split('\n')).to.deep.equal(['node/worker-1', 'node/worker-2'])
    await runPod(cluster, 'server', 'mkdir /w; echo web >/w/index.html; httpd -f -p 8080 -h /w', 'worker-1')
    await runPod(cluster, 'client', 'sleep 1000', 'worker-2')
    expect((await cluster.kubectl('expose', 'pod', 'server', '--port', '80', '--target-port', '8080')).code).to.equal(0)
    await cluster.kubectl(
      'wait',
      '--for=jsonpath={.endpoints[0].conditions.ready}=true',
      '--timeout=30s',
      'endpointslice',
      '--all',
    )
    const fetch = 'until timeout 5 wget -qO- http://server.default.svc.cluster.local; do sleep 0.2; done'
    const page = await cluster.kubectl('exec', 'client', '--', 'timeout', '60', 'sh', '-c', fetch)
    expect(page.stdout, page.stderr).to.equal('web\n')
    await downLeavesNothing(inhabitants(id))
  })
})

/** A Pod of busybox that runs `command`, when it is Ready. */
async function runPod(cluster: TestCluster, name: string, command: string, nodeName?: string): Promise<void> {
  const overrides = JSON.stringify({ spec: { terminationGracePeriodSeconds: 0, ...(nodeName ? { nodeName } : {}) } })
  const made: Result[] = [
    await cluster.kubectl(
      'run',
      name,
      '--image=busybox:1.36',
      '--labels',
      `app=${name}`,
      '--overrides',
      overrides,
      '--',
      'sh',
      '-c',
      command,
    ),
    await cluster.kubectl('wait', '--for=condition=Ready', '--timeout=60s', `pod/${name}`),
  ]
  for (const { code, stderr } of made) expect(code, stderr).to.equal(0)
}
