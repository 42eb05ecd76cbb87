import { expect } from 'chai'
import { withObjectNames } from '../../../helpers/objects/inManifest.ts'
import { busybox } from '../../../helpers/pods/pod.ts'

const names = new Map([
  ['settings', 'on-cluster-settings'],
  ['word', 'on-cluster-word'],
  ['data', 'on-cluster-data'],
])
const specOf = (pod: ReturnType<typeof busybox>) =>
  withObjectNames(pod.build().manifest, names)['spec'] as Record<string, unknown>

describe('names of objects in the manifest of a pod', () => {
  it('volumes of ConfigMap, Secret and claim', () => {
    const spec = specOf(busybox('kata').configMap('settings', '/a').secret('word', '/b').claim('data', '/c'))
    expect(spec['volumes']).to.deep.equal([
      { name: 'volume-1', configMap: { name: 'on-cluster-settings' } },
      { name: 'volume-2', secret: { secretName: 'on-cluster-word' } },
      { name: 'volume-3', persistentVolumeClaim: { claimName: 'on-cluster-data' } },
    ])
  })

  it('sources of a projected volume, and variables', () => {
    const sources = [{ configMap: { name: 'settings' } }, { secret: { name: 'word' } }]
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'word', key: 'settings' } } }]
    const pod = busybox('kata')
      .volume('all', { projected: { sources } }, '/all')
      .command(['sleep', '1'], { env, envFrom: [{ configMapRef: { name: 'settings' } }] })
    const text = JSON.stringify(specOf(pod))
    expect(text).to.include('"configMap":{"name":"on-cluster-settings"}')
    expect(text).to.include('"secret":{"name":"on-cluster-word"}')
    expect(text).to.include('"secretKeyRef":{"name":"on-cluster-word","key":"settings"}')
    expect(text).to.include('"configMapRef":{"name":"on-cluster-settings"}')
  })

  it('leaves alone what is no reference, and objects that are not of the check', () => {
    const pod = busybox('kata').configMap('kube-root-ca.crt', '/a').volume('settings', { emptyDir: {} }, '/b')
    expect(specOf(pod)['volumes']).to.deep.equal([
      { name: 'volume-1', configMap: { name: 'kube-root-ca.crt' } },
      { name: 'settings', emptyDir: {} },
    ])
  })
})
