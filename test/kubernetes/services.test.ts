import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { describeOnCluster } from './realCluster.ts'
import { execute } from './testCluster.ts'

// What a conformance suite leans on is on in the cluster: these would pass vacuously elsewhere.

interface AuditLine {
  verb: string
  user: { username: string }
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string }
  responseStatus?: { code?: number }
}

describeOnCluster('the real cluster', (cluster) => {
  const namespace = 'services-test'
  const kubectl = (...args: string[]) => cluster().kubectl('-n', namespace, ...args)
  const apply = async (object: object) => {
    const file = path.join(cluster().folder, 'object.json')
    writeFileSync(file, JSON.stringify(object))
    return kubectl('apply', '-f', file)
  }
  const pod = (name: string, spec: object, container: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      restartPolicy: 'Never',
      containers: [
        { name: 'main', image: 'busybox:1.36', command: ['sh', '-c', 'echo hello; sleep 1000'], ...container },
      ],
      ...spec,
    },
  })
  const field = async (name: string, jsonpath: string) =>
    (await kubectl('get', 'pod', name, '-o', `jsonpath=${jsonpath}`)).stdout

  /** Tries a command line of kubectl until it succeeds, for a minute at most. */
  const until = (line: string) => {
    const kubectlFunction = `kubectl() { '${cluster().folder}/kubectl' --kubeconfig '${cluster().kubeconfig}' -n ${namespace} "$@"; }`
    return execute('timeout', ['60', 'bash', '-c', `${kubectlFunction}; until ${line} 2>/dev/null; do sleep 0.2; done`])
  }

  let made = false
  before(async () => {
    made = true
    expect((await cluster().kubectl('create', 'namespace', namespace)).code).to.equal(0)
    await kubectl('wait', '--for=create', '--timeout=30s', 'serviceaccount/default')
    expect((await apply(pod('plain', {}))).code).to.equal(0)
    const ready = await kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'pod/plain')
    expect(ready.code, ready.stderr).to.equal(0)
  })
  after(async () => {
    if (!made) return
    await cluster().kubectl('delete', 'namespace', namespace, '--timeout=60s')
    await cluster().kubectl('delete', 'runtimeclass', 'services-test-none', '--ignore-not-found')
  })

  it('runs a Pod of an image that no registry has; exec, its exit status, logs', async () => {
    expect((await kubectl('exec', 'plain', '--', 'echo', 'hi')).stdout).to.equal('hi\n')
    expect((await kubectl('exec', 'plain', '--', 'sh', '-c', 'exit 7')).code).to.equal(7)
    expect((await kubectl('logs', 'plain')).stdout).to.equal('hello\n')
  })

  it('adds the overhead of a RuntimeClass, and its Pod is in no VM', async () => {
    expect((await apply(pod('impostor', { runtimeClassName: 'kata-qemu' }))).code).to.equal(0)
    await kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'pod/impostor')
    expect(JSON.parse(await field('impostor', '{.spec.overhead}'))).to.deep.equal({ cpu: '250m', memory: '160Mi' })
    expect((await kubectl('exec', 'impostor', '--', 'uname', '-r')).stdout.trim()).to.equal(os.release())
  })

  it('refuses a Pod whose RuntimeClass is not there', async () => {
    const refused = await apply(pod('no-class', { runtimeClassName: 'not-there' }))
    expect(refused.code).to.not.equal(0)
    expect(refused.stderr).to.include('RuntimeClass "not-there" not found')
  })

  it('does not start a Pod whose handler containerd does not know', async () => {
    const runtimeClass = {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'services-test-none' },
      handler: 'none',
    }
    expect((await apply(runtimeClass)).code).to.equal(0)
    expect((await apply(pod('no-handler', { runtimeClassName: 'services-test-none' }))).code).to.equal(0)
    const selector = 'involvedObject.name=no-handler,reason=FailedCreatePodSandBox'
    const message = await until(`kubectl get events --field-selector ${selector} -o jsonpath='{.items[0].message}'`)
    expect(message.stdout).to.include('no runtime for "none" is configured')
  })

  it('ends a container that wants more memory than its limit', async () => {
    const hungry = { command: ['tail', '/dev/zero'], resources: { limits: { memory: '32Mi' } } }
    expect((await apply(pod('hungry', {}, hungry))).code).to.equal(0)
    const ended = await kubectl('wait', '--for=jsonpath={.status.phase}=Failed', '--timeout=60s', 'pod/hungry')
    expect(ended.code, ended.stderr).to.equal(0)
    expect(await field('hungry', '{.status.containerStatuses[0].state.terminated.reason}')).to.equal('OOMKilled')
  })

  it('enforces Pod Security', async () => {
    await cluster().kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted')
    const refused = await apply(pod('privileged', {}, { securityContext: { privileged: true } }))
    await cluster().kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce-')
    expect(refused.stderr).to.include('violates PodSecurity "restricted:latest"')
  })

  it('enforces RBAC, and holds a node to its own objects', async () => {
    const account = `system:serviceaccount:${namespace}:default`
    const refused = await kubectl('--as', account, 'get', 'pods')
    expect(refused.stderr).to.include(`User "${account}" cannot list resource "pods"`)
    const kubelet = ['--as', 'system:node:worker-1', '--as-group', 'system:nodes', '--as-group', 'system:authenticated']
    const label = await cluster().kubectl(...kubelet, 'label', 'node', 'worker-1', 'node-restriction.kubernetes.io/a=b')
    expect(label.stderr).to.include('is not allowed to modify labels: node-restriction.kubernetes.io/a')
  })

  it('has an audit log from which RBAC can be proved: who, verb, resource, subresource, answer', async () => {
    expect((await kubectl('exec', 'plain', '--', 'true')).code).to.equal(0)
    expect((await kubectl('--as', 'nobody', 'get', 'secrets')).code).to.not.equal(0)
    const lines = readFileSync(path.join(cluster().folder, 'audit.log'), 'utf8').trim().split('\n')
    const here = lines
      .map((line) => JSON.parse(line) as AuditLine)
      .filter(({ objectRef }) => objectRef?.namespace === namespace)
    const seen = here.map(({ verb, user, objectRef, responseStatus }) =>
      [user.username, verb, objectRef?.resource, objectRef?.subresource, objectRef?.name, responseStatus?.code].join(
        ' ',
      ),
    )
    expect(seen).to.include('kubernetes-admin get pods exec plain 101')
    expect(
      here.some(
        (line) =>
          line.user.username === 'kubernetes-admin' &&
          line.objectRef?.resource === 'secrets' &&
          line.responseStatus?.code === 403,
      ),
    ).to.equal(true)
  })

  it('reaches kubelets and Pods through the API server, and nothing outside', async () => {
    expect((await cluster().kubectl('get', '--raw', '/api/v1/nodes/worker-1/proxy/stats/summary')).stdout).to.include(
      '"podRef"',
    )
    await kubectl('exec', 'plain', '--', 'sh', '-c', 'mkdir /w; echo web >/w/index.html; httpd -p 8080 -h /w')
    const page = await cluster().kubectl('get', '--raw', `/api/v1/namespaces/${namespace}/pods/plain:8080/proxy/`)
    expect(page.stdout).to.equal('web\n')
    expect((await kubectl('exec', 'plain', '--', 'nc', '-w', '5', '10.96.0.1', '443', '-e', 'true')).code).to.equal(0)
    expect((await kubectl('exec', 'plain', '--', 'ping', '-c1', '-W2', '192.0.2.1')).code).to.not.equal(0)
  })

  it('lets killed servers come again, and Pods live on', async () => {
    const pid = `${cluster().folder}/run/kube-apiserver.pid`
    expect((await cluster().enter('control-plane', 'sh', '-c', `kill -9 $(cat ${pid})`)).code).to.equal(0)
    const node = await cluster().enter('worker-1', 'sh', '-c', 'kill -9 $(cat /run/containerd.pid /run/kubelet.pid)')
    expect(node.code, node.stderr).to.equal(0)
    const back = await until('kubectl exec plain -- true')
    expect(back.code, back.stderr).to.equal(0)
    expect(await field('plain', '{.status.containerStatuses[0].restartCount}')).to.equal('0')
  })
})
