import * as k8s from '@kubernetes/client-node'
import { startTestCluster, pod, pods } from './simulatedCluster.ts'
import { PassThrough } from 'node:stream'
const c = await startTestCluster()
const kc = new k8s.KubeConfig(); kc.loadFromString(c.server.kubeconfig())
const core = kc.makeApiClient(k8s.CoreV1Api)
await c.server.client('x').create(pods, pod('ex',{nodeName:'node-1'}))
console.log((await core.listNamespacedPod({namespace:'default'})).items.length)
const out = new PassThrough(); out.on('data',d=>console.log('out',String(d)))
const ex = new k8s.Exec(kc)
await new Promise<void>(async r=>{ await ex.exec('default','ex','main',['echo','3'],out,out,null,false,s=>{console.log(JSON.stringify(s));r()}) })
const w = new k8s.Watch(kc); const ab = await w.watch('/api/v1/pods',{},(t,o)=>{console.log(t,o.metadata.name);ab2()},e=>console.log('done',String(e).slice(0,50)))
function ab2(){ab?.abort()}
await new Promise(r=>setTimeout(r,300)); try{ab.abort()}catch{}
const oa = k8s.KubernetesObjectApi.makeApiClient(kc)
console.log((await oa.list('v1','Namespace')).items.length)
try { await core.readNamespacedPod({name:'nope',namespace:'default'}) } catch(e:any){ console.log(e.code, JSON.parse(e.body).message) }
await c.close(); process.exit(0)
