import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { loadAll } from 'js-yaml'
import { manifestFiles, manifests, purposes } from '../../../cli/inCluster/manifests.ts'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { loadImages } from '../../../helpers/pods/images.ts'

const root = path.join(import.meta.dirname, '../../..')
const options = { image: loadImages([]).resolve('suite'), shards: 3, kataNamespace: null }
const objects = (purpose: 'job' | 'shards'): KubeObject[] => loadAll(manifests(purpose, options)) as KubeObject[]

interface Job {
  completionMode?: string
  completions?: number
  parallelism?: number
  backoffLimit?: number
  backoffLimitPerIndex?: number
  template: { spec: { containers: { name: string; args: string[] }[] } }
}
const jobOf = (purpose: 'job' | 'shards') => objects(purpose).at(-1)?.['spec'] as Job
const argsOf = (purpose: 'job' | 'shards') => jobOf(purpose).template.spec.containers[0]?.args

describe('manifests for running inside the cluster', () => {
  for (const purpose of purposes) {
    it(`${manifestFiles[purpose]} is what \`manifests --for ${purpose}\` prints`, () => {
      const committed = readFileSync(path.join(root, manifestFiles[purpose]), 'utf8')
      expect(committed).to.equal(manifests(purpose, options))
    })
  }

  it('have a namespace, an account with its rights, and a Job, in the order of creation', () => {
    expect(objects('job').map(({ kind }) => kind)).to.deep.equal([
      'Namespace',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'Job',
    ])
  })

  it('run the whole suite in one pod, once', () => {
    expect(argsOf('job')).to.deep.equal(['run', '--out', '/results'])
    expect(jobOf('job')).to.include({ backoffLimit: 0 })
  })

  it('run a shard in each pod of an Indexed Job, by the index that Kubernetes gives', () => {
    expect(argsOf('shards')?.slice(-4)).to.deep.equal(['--shards', '3', '--shard-index', '$(JOB_COMPLETION_INDEX)'])
    expect(jobOf('shards')).to.include({ completionMode: 'Indexed', completions: 3, parallelism: 3 })
  })

  it('let the other shards end when one of them found something', () => {
    expect(jobOf('shards')).to.include({ backoffLimitPerIndex: 0 })
    expect(jobOf('shards')).not.to.have.property('backoffLimit')
  })

  it('hand the results of a Sonobuoy plugin to the worker in its pod', () => {
    const [plugin] = loadAll(manifests('sonobuoy', options)) as [Record<string, Record<string, unknown>>]
    expect(plugin['sonobuoy-config']).to.deep.include({
      driver: 'Job',
      'result-format': 'manual',
      'result-files': ['sonobuoy_results.yaml'],
    })
    const [results] = plugin['podSpec']?.['containers'] as { args: string[]; volumeMounts: unknown[] }[]
    expect(results?.args.slice(-2)).to.deep.equal(['--to', '/tmp/sonobuoy/results'])
    expect(results?.volumeMounts).to.deep.include({ name: 'results', mountPath: '/tmp/sonobuoy/results' })
  })
})
