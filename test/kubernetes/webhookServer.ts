import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { scripts, type TestCluster } from './testCluster.ts'

const announced = ".listen(0, '10.250.0.1', function () { console.log(this.address().port) })"

/** Takes every connection and never answers. */
const hanging = `require('node:net').createServer(() => {})${announced}`

/** Lets nothing through (admission.k8s.io/v1, AdmissionReview). It has the API server's own certificate, which is for this address too. */
const denying = (pki: string): string => `
const { readFileSync } = require('node:fs')
const tls = { cert: readFileSync('${pki}/apiserver.crt'), key: readFileSync('${pki}/apiserver.key') }
require('node:https').createServer(tls, async (request, response) => {
  let text = ''
  for await (const part of request) text += part
  const { request: { uid } } = JSON.parse(text)
  const answer = { uid, allowed: false, status: { code: 403, message: 'not in this cluster' } }
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }))
})${announced}`

export interface WebhookServer {
  /** clientConfig of a webhook that is served here. */
  readonly clientConfig: { readonly url: string; readonly caBundle: string }
  close(): void
}

/** A server of admission webhooks in the control plane's network. */
export async function startWebhook(cluster: TestCluster, manner: 'hangs' | 'denies'): Promise<WebhookServer> {
  const pki = path.join(cluster.folder, 'pki')
  const server = manner === 'hangs' ? hanging : denying(pki)
  const child = spawn('bash', [path.join(scripts, 'enter.sh'), 'network', process.execPath, '-e', server], {
    env: cluster.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()))
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`it ended with code ${code}`)))
  })
  const caBundle = readFileSync(path.join(pki, 'ca.crt')).toString('base64')
  return { clientConfig: { url: `https://10.250.0.1:${port}/`, caBundle }, close: () => void child.kill() }
}
