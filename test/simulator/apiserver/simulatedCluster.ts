import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { startApiServer } from '../../../sim/apiserver/apiServer.ts'
import type { ApiServer } from '../../../sim/apiserver/apiServer.ts'
import { createClock } from '../../../sim/clock.ts'

/** What the stand-in kubelet was asked. */
export interface KubeletRequest {
  path: string
  query: URLSearchParams
}

export interface TestCluster {
  server: ApiServer
  token: string
  /** Requests that reached the kubelet, in order. */
  asked: KubeletRequest[]
  /** Sends a request as admin. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

const channels = { stdout: 1, error: 3 }

/**
 * An API server with one node whose kubelet is a stand-in: exec writes its command to stdout and exits with the number that
 * its last argument is (0 if it is none); a log is one line; the log of pod `silent` is refused.
 */
export async function startTestCluster(): Promise<TestCluster> {
  const asked: KubeletRequest[] = []
  const kubelet = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://kubelet')
    asked.push({ path: url.pathname, query: url.searchParams })
    if (url.pathname.includes('/silent/'))
      response.writeHead(400).end('container "main" in pod "silent" is waiting to start: ContainerCreating')
    else response.end('a line of the log\n')
  })
  const sockets = new WebSocketServer({
    server: kubelet,
    handleProtocols: (offered) => (offered.has('v5.channel.k8s.io') ? 'v5.channel.k8s.io' : 'v4.channel.k8s.io'),
  })
  sockets.on('connection', (socket, request) => {
    const url = new URL(request.url ?? '/', 'http://kubelet')
    asked.push({ path: url.pathname, query: url.searchParams })
    const command = url.searchParams.getAll('command')
    const code = Number(command.at(-1)) || 0
    const failure = {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: `command terminated with exit code ${code}`,
      details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
    }
    socket.send(Buffer.concat([Buffer.from([channels.stdout]), Buffer.from(`${command.join(' ')}\n`)]))
    socket.send(
      Buffer.concat([
        Buffer.from([channels.error]),
        Buffer.from(JSON.stringify(code === 0 ? { status: 'Success' } : failure)),
      ]),
    )
    socket.close(1000)
  })
  await new Promise<void>((resolve) => kubelet.listen(0, '127.0.0.1', resolve))
  const server = await startApiServer({ clock: createClock(1), admission: { runtimeClass: true, podSecurity: true } })
  const client = server.client('test')
  await client.create('/api/v1/namespaces/default/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  })
  await client.create('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1', labels: { 'kubernetes.io/hostname': 'node-1' } },
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: (kubelet.address() as AddressInfo).port } },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready' }],
      nodeInfo: {
        kernelVersion: '6.12.0',
        kubeletVersion: 'v1.34.4',
        osImage: 'Simulated',
        containerRuntimeVersion: 'containerd://2.0.0',
      },
    },
  })
  const token = (/token: (\S+)/.exec(server.kubeconfig()) as RegExpExecArray)[1] as string
  return {
    server,
    token,
    asked,
    fetch: (path, init = {}) =>
      fetch(`${server.url}${path}`, {
        ...init,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...init.headers },
      }),
    async close() {
      await server.close()
      sockets.close()
      kubelet.closeAllConnections()
      await new Promise((resolve) => kubelet.close(resolve))
    },
  }
}

export const pod = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'busybox:1.36', command: ['sleep', '3600'] }], ...spec },
})

export const pods = '/api/v1/namespaces/default/pods'
