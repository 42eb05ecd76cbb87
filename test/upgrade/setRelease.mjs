// What `helm upgrade` does to kata-deploy's DaemonSet: another image. Usage: node setRelease.mjs 3.31.0 (KUBECONFIG says where).
import { readFileSync } from 'node:fs'

const kubeconfig = readFileSync(process.env.KUBECONFIG ?? '', 'utf8')
const server = /server"?:\s*"?(https?:[^"\s,]+)/.exec(kubeconfig)[1]
const token = /token"?:\s*"?([^"\s,}]+)/.exec(kubeconfig)?.[1]
const sets = `${server}/apis/apps/v1/daemonsets`
const headers = token ? { authorization: `Bearer ${token}` } : {}
const { items } = await (await fetch(sets, { headers })).json()
const set = items.find(({ metadata }) => metadata.name === 'kata-deploy')
const { containers } = set.spec.template.spec
const patch = containers.map((_, index) => ({
  op: 'replace',
  path: `/spec/template/spec/containers/${index}/image`,
  value: `quay.io/kata-containers/kata-deploy:${process.argv[2]}`,
}))
const answer = await fetch(`${server}/apis/apps/v1/namespaces/${set.metadata.namespace}/daemonsets/kata-deploy`, {
  method: 'PATCH',
  headers: { ...headers, 'content-type': 'application/json-patch+json' },
  body: JSON.stringify(patch),
})
console.log(`kata-deploy ${process.argv[2]}: ${answer.status}`)
process.exit(answer.ok ? 0 : 1)
