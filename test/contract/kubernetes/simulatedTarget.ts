import { startApiServer, type ApiServer } from '../../../sim/apiserver/apiServer.ts'
import { createClock } from '../../../sim/clock.ts'
import { startControllers } from '../../../sim/controllers/controllers.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
import type { Recording } from './recording.ts'
import { replay, type Answer, type Target } from './replay.ts'

/** Replays a recording against a new simulated API server with its controllers. */
export async function replaySimulated(recording: Recording): Promise<Answer[]> {
  const clock = createClock(1)
  const server = await startApiServer({ clock, admission: { runtimeClass: true, podSecurity: true } })
  const controllers = await startControllers({
    client: server.client('kube-controller-manager'),
    clock,
    caCertificate: 'simulated',
  })
  try {
    if (recording.scenario === 'nodes') await createNode(server, recording)
    return await replay(recording, targetOf(server))
  } finally {
    controllers.stop()
    await server.close()
  }
}

function targetOf(server: ApiServer): Target {
  const adminToken = (/token: (\S+)/.exec(server.kubeconfig()) as RegExpExecArray)[1] as string
  return {
    url: server.url,
    send(path, request, { admin, token }) {
      const bearer = admin ? adminToken : token
      const authorization: Record<string, string> = bearer === null ? {} : { Authorization: `Bearer ${bearer}` }
      return fetch(`${server.url}${path}`, {
        ...request,
        headers: { ...(request.headers as Record<string, string>), ...authorization },
      })
    },
    changes: (collection, signal) => server.client().watch(collection, { resourceVersion: '0', signal }),
  }
}

/** The node that the recording's cluster had before it. */
async function createNode(server: ApiServer, recording: Recording): Promise<void> {
  const node = structuredClone((recording.steps[0]?.response.body as { items: KubeObject[] }).items[0] as KubeObject)
  const { resourceVersion: _version, uid: _uid, ...metadata } = node.metadata
  const client = server.client('kubelet')
  await client.create('/api/v1/nodes', { ...node, apiVersion: 'v1', kind: 'Node', metadata })
  await client.patch(`/api/v1/nodes/${node.metadata.name}`, { spec: { taints: node['spec'].taints as unknown } })
}
