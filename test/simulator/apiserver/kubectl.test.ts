import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { startTestCluster } from './simulatedCluster.ts'
import type { TestCluster } from './simulatedCluster.ts'

interface Result {
  code: number
  stdout: string
  stderr: string
}

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const deployment = (command: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      runtimeClassName: kata-qemu
      containers: [{name: main, image: "busybox:1.36", command: [sleep, "${command}"]}]
`
const runtimeClass = `
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: kata-qemu}
handler: kata-qemu
overhead: {podFixed: {memory: 160Mi, cpu: 250m}}
`

describe('the real kubectl on the simulated API server', function () {
  this.timeout(60_000)
  let cluster: TestCluster
  let folder: string
  let environment: NodeJS.ProcessEnv

  const kubectl = (args: string[], input = ''): Promise<Result> =>
    new Promise((resolve) => {
      const child = execFile('kubectl', args, { env: environment }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      )
      child.stdin?.end(input)
    })
  const succeed = async (args: string[], input = ''): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(args, input)
    expect(code, `kubectl ${args.join(' ')}: ${stderr}`).to.equal(0)
    return stdout
  }

  before(async function () {
    if (!hasKubectl()) this.skip()
    cluster = await startTestCluster()
    folder = mkdtempSync(join(tmpdir(), 'kubectl-'))
    writeFileSync(join(folder, 'config'), cluster.server.kubeconfig())
    environment = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: join(folder, 'config') }
    await succeed(['apply', '-f', '-'], runtimeClass)
  })
  after(async () => {
    if (cluster === undefined) return
    await cluster.close()
    rmSync(folder, { recursive: true })
  })

  it('knows the kinds', async () => {
    const lines = (await succeed(['api-resources'])).split('\n')
    expect(lines.find((line) => line.startsWith('runtimeclasses'))).to.match(/node\.k8s\.io\/v1\s+false\s+RuntimeClass/)
    expect(lines.find((line) => line.startsWith('pods '))).to.match(/po\s+v1\s+true\s+Pod/)
  })

  it('gets nodes and pods as tables', async () => {
    expect(await succeed(['get', 'nodes', '-o', 'wide'])).to.match(
      /node-1\s+Ready\s+<none>\s+\d+s\s+v1\.34\.4\s+127\.0\.0\.1\s+<none>\s+Simulated\s+6\.12\.0\s+containerd:\/\/2\.0\.0/,
    )
    await succeed(['run', 'tabled', '--image=busybox:1.36'])
    const [head, row] = (await succeed(['get', 'pods', '-o', 'wide'])).split('\n')
    expect(head).to.match(/^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\s+IP\s+NODE\s+NOMINATED NODE\s+READINESS GATES$/)
    expect(row).to.match(/^tabled\s+0\/1\s+Pending\s+0\s+\d+s\s+<none>\s+<none>/)
  })

  it('gets YAML and JSON, and describes', async () => {
    await succeed(['run', 'shown', '--image=busybox', '--overrides', '{"spec":{"runtimeClassName":"kata-qemu"}}'])
    const object = JSON.parse(await succeed(['get', 'pod', 'shown', '-o', 'json'])) as { spec: { overhead: unknown } }
    expect(object.spec.overhead).to.deep.equal({ cpu: '250m', memory: '160Mi' })
    expect(await succeed(['get', 'pod', 'shown', '-o', 'yaml'])).to.contain('runtimeClassName: kata-qemu')
    expect(await succeed(['describe', 'pod', 'shown'])).to.match(/Runtime Class Name:\s+kata-qemu/)
    expect(await succeed(['describe', 'node', 'node-1'])).to.match(/Name:\s+node-1/)
  })

  it('applies three ways', async () => {
    expect(await succeed(['apply', '-f', '-'], deployment('10'))).to.equal('deployment.apps/web created\n')
    expect(await succeed(['apply', '-f', '-'], deployment('10'))).to.equal('deployment.apps/web unchanged\n')
    expect(await succeed(['apply', '-f', '-'], deployment('20'))).to.equal('deployment.apps/web configured\n')
    expect(await succeed(['apply', '--dry-run=server', '-f', '-'], deployment('30'))).to.equal(
      'deployment.apps/web configured (server dry run)\n',
    )
    const refused = await kubectl(['apply', '--server-side', '-f', '-'], deployment('30'))
    expect(refused.stderr)
      .to.contain('conflict with "kubectl-client-side-apply" using apps/v1')
      .and.to.contain('.spec.template.spec.containers[name="main"].command')
    await succeed(['apply', '--server-side', '--force-conflicts', '-f', '-'], deployment('30'))
    expect(
      await succeed(['get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].command[1]}']),
    ).to.equal('30')
  })

  it('refuses unknown fields and invalid objects in words', async () => {
    const bogus = await kubectl(
      ['create', '-f', '-'],
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[],"bogus":1}}',
    )
    expect(bogus.stderr).to.contain('strict decoding error: unknown field "spec.bogus"')
    const absent = await kubectl(['run', 'x', '--image=busybox', '--overrides', '{"spec":{"runtimeClassName":"none"}}'])
    expect(absent.stderr).to.contain('pods "x" is forbidden: pod rejected: RuntimeClass "none" not found')
  })

  it('watches', async () => {
    const child = spawn('kubectl', ['get', 'configmaps', '-w', '--no-headers'], { env: environment })
    const seen = new Promise<string>((resolve) => {
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (/watched.*\n/.test(text)) resolve(text)
      })
    })
    await succeed(['create', 'configmap', 'watched', '--from-literal=a=b'])
    expect(await seen).to.match(/watched\s+1\s+\d+s/)
    child.kill()
  })

  it('labels, waits for a condition and for a deletion', async () => {
    await succeed(['run', 'waited', '--image=busybox'])
    await succeed(['label', 'pod', 'waited', 'colour=blue'])
    expect(await succeed(['get', 'pods', '-l', 'colour=blue', '-o', 'name'])).to.equal('pod/waited\n')
    const ready = kubectl(['wait', '--for=condition=Ready', 'pod/waited', '--timeout=20s'])
    await cluster.server.client('kubelet').patch('/api/v1/namespaces/default/pods/waited/status', {
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })
    expect((await ready).stdout).to.equal('pod/waited condition met\n')
    const gone = kubectl(['wait', '--for=delete', 'pod/waited', '--timeout=20s'])
    await succeed(['delete', 'pod', 'waited'])
    expect((await gone).code).to.equal(0)
  })

  it('runs commands and reads logs through the kubelet', async () => {
    await succeed(['run', 'executed', '--image=busybox', '--overrides', '{"spec":{"nodeName":"node-1"}}'])
    expect(await succeed(['exec', 'executed', '--', 'echo', 'hello'])).to.equal('echo hello\n')
    const failed = await kubectl(['exec', 'executed', '--', 'exit', '7'])
    expect(failed.code).to.equal(7)
    expect(await succeed(['logs', 'executed', '--tail=5'])).to.equal('a line of the log\n')
    expect(cluster.asked.at(-1)?.path).to.equal('/containerLogs/default/executed/executed')
  })

  it('asks what it may do, also as another', async () => {
    expect(await succeed(['auth', 'can-i', 'create', 'pods', '--subresource=exec'])).to.equal('yes\n')
    const other = await kubectl(['auth', 'can-i', 'create', 'pods', '--as=system:serviceaccount:default:default'])
    expect(other.stdout).to.equal('no\n')
    expect(await succeed(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])).to.equal('kubernetes-admin')
  })

  it('explains fields', async () => {
    expect(await succeed(['explain', 'pod.spec.runtimeClassName'])).to.match(
      /FIELD: runtimeClassName <string>[\s\S]*RuntimeClassName refers to a RuntimeClass object/,
    )
    expect(await succeed(['explain', 'runtimeclass.overhead'])).to.contain('podFixed')
  })

  it('creates by typed clients, whose bodies are protobuf', async () => {
    await succeed(['create', 'namespace', 'typed'])
    await succeed(['create', 'deployment', 'typed', '--image=nginx:1.27', '--port=80', '--replicas=2'])
    expect(
      await succeed([
        'get',
        'deployment',
        'typed',
        '-o',
        'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].ports[0]}',
      ]),
    ).to.equal('2 {"containerPort":80,"protocol":"TCP"}')
    await succeed(['scale', 'deployment', 'typed', '--replicas=3'])
    expect(await succeed(['get', 'deployment', 'typed', '-o', 'jsonpath={.spec.replicas}'])).to.equal('3')
    expect(await succeed(['create', 'token', 'default'])).to.match(/^[\w-]+\.[\w-]+\.[\w-]+\n?$/)
  })
})
