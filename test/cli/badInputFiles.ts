import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { dump, load } from 'js-yaml'
import type { Target } from '../harness/simulatedCluster.ts'
import { expiredCertificate } from './expiredCertificate.ts'

export const fileOf = (folder: string, name: string): string =>
  ({ scenario: 'scenario.yaml', slip: 'slip.yaml', unit: 'unit.yaml' })[name] === undefined
    ? path.join(folder, name)
    : path.join(folder, `${name}.yaml`)

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[]
  users: { name: string; user: Record<string, unknown> }[]
}

/** Every file that the inputs name. @param port of a server of web pages */
export function writeFiles(folder: string, target: Target, port: number, token: string): void {
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  const good = readFileSync(target.kubeconfig, 'utf8')
  const changed = (user: object | null, cluster: object | null): string => {
    const config = load(good) as Kubeconfig
    for (const each of config.users) each.user = { ...(user ?? each.user) }
    for (const each of config.clusters) each.cluster = { ...each.cluster, ...cluster }
    return dump(config)
  }
  write('good', good)
  // The simulator's own address carries its administrator's credentials; other users come to the server's root.
  const { origin } = new URL(String((load(good) as Kubeconfig).clusters[0]?.cluster['server']))
  write('unauthorized', changed({ token: 'nobody' }, { server: origin }))
  write('forbidden', changed({ token }, { server: origin }))
  write('expired', changed(expiredCertificate(), null))
  write('down', changed(null, { server: 'http://127.0.0.1:9' }))
  write('html', changed(null, { server: `http://127.0.0.1:${port}` }))
  write('file', '')
  write('folder/.keep', '')
  symlinkSync(path.join(folder, 'cycle'), path.join(folder, 'cycle'))
  const scenario = readFileSync(path.join(import.meta.dirname, '../../sim/scenarios/small.yaml'), 'utf8')
  write('scenario.yaml', scenario.replace('cpus: 16', 'cpu: 16'))
  write('slip.yaml', 'kataVersion: 3.26.0\nruntimeClases: []\n')
  write('unit.yaml', 'classes:\n  - name: kata-qemu\n    defaultMemoryMiB: 256 MB\n')
  write('damaged/events.ndjson', '{"event":"run.st\n{}\n')
  write('version/events.ndjson', `${JSON.stringify({ event: 'run.started', at: '', schemaVersion: 99 })}\n{}\n`)
  write('empty/events.ndjson', '')
}

/** A ServiceAccount that may look and not touch. */
export async function tokenWithoutRights({ cluster }: Target): Promise<string> {
  const metadata = { name: 'onlooker', namespace: 'default' }
  await cluster.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
  await cluster.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'onlooker' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  })
  const secret = await requestToken(cluster.server)
  return secret
}

async function requestToken(server: string): Promise<string> {
  const answer = await fetch(`${server}/api/v1/namespaces/default/serviceaccounts/onlooker/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }),
  })
  const { status } = (await answer.json()) as { status: { token: string } }
  return status.token
}
