import { expect } from 'chai'
import type { ReadApi } from '../../../helpers/behaviour.ts'
import { kataLabelOfNodes, namespaceLabels, reportedHandlers } from '../../../helpers/deployment/clusterLabels.ts'
import { askedRuntime } from '../../../helpers/deployment/customRuntime.ts'
import {
  environmentOf,
  installationFolder,
  kataDeploy,
  kataDeployDaemonSets,
  lastLines,
  podsOf,
  releaseOf,
} from '../../../helpers/deployment/kataDeploy.ts'

/** An API that answers GET by path; 403 for what is forbidden. */
function api(answers: Readonly<Record<string, unknown>>, forbidden: readonly string[] = []): ReadApi {
  return {
    find: async () => null,
    async raw(path) {
      if (forbidden.includes(path)) throw Object.assign(new Error(`${path} is forbidden`), { code: 403 })
      return answers[path] ?? { items: [] }
    },
  }
}

const workload = (env: Readonly<Record<string, string>> = {}) => ({
  metadata: { namespace: 'kata', name: 'kata-deploy', generation: 2 },
  spec: {
    selector: { matchLabels: { name: 'kata-deploy' } },
    template: {
      spec: {
        containers: [
          {
            name: 'kube-kata',
            image: 'mirror.example/kata-containers/kata-deploy:3.26.0',
            env: Object.entries(env).map(([name, value]) => ({ name, value })),
          },
        ],
      },
    },
  },
  status: { desiredNumberScheduled: 1 },
})
const daemonSets = '/apis/apps/v1/daemonsets'
const jobs = '/apis/batch/v1/jobs'
const other = {
  metadata: { namespace: 'x', name: 'kata-deploy' },
  spec: { template: { spec: { containers: [{ name: 'a', image: 'busybox' }] } } },
}

describe('kata-deploy of a cluster', () => {
  it('is found by its image, in any namespace', async () => {
    const found = await kataDeploy(api({ [daemonSets]: { items: [other, workload()] } }))
    expect(found.daemonSets.map(({ namespace, name, generation }) => [namespace, name, generation])).to.deep.equal([
      ['kata', 'kata-deploy', 2],
    ])
    expect(found.jobs).to.deep.equal([])
  })

  it('is unknown where nothing runs its image, and where nobody may look', async () => {
    await kataDeploy(api({ [daemonSets]: { items: [other] } })).then(
      () => expect.fail('found'),
      (error: Error) =>
        expect(error.message).to.equal('kata-deploy is unknown: no DaemonSet and no Job of the cluster runs its image'),
    )
    await kataDeploy(api({}, [daemonSets])).then(
      () => expect.fail('found'),
      (error: Error) => expect(error.message).to.include('DaemonSets is unknown').and.include('forbidden'),
    )
  })

  it('has no DaemonSet in Job mode', async () => {
    await kataDeployDaemonSets(api({ [jobs]: { items: [workload()] } })).then(
      () => expect.fail('found'),
      (error: Error) => expect(error.message).to.include('it was deployed in Job mode'),
    )
  })

  it('says where it installs', async () => {
    const folder = (env: Record<string, string>) =>
      installationFolder(api({ [daemonSets]: { items: [workload(env)] } }))
    expect(await folder({ INSTALLATION_PREFIX: '', MULTI_INSTALL_SUFFIX: '' })).to.equal('/opt/kata')
    expect(await folder({ INSTALLATION_PREFIX: '/srv', MULTI_INSTALL_SUFFIX: 'b' })).to.equal('/srv/opt/kata-b')
    expect(await installationFolder(api({}))).to.equal('/opt/kata')
  })

  it('has its environment and release', async () => {
    const {
      daemonSets: [found],
    } = await kataDeploy(api({ [daemonSets]: { items: [workload({ DEBUG: 'false' })] } }))
    expect(environmentOf(found!)).to.deep.equal({ DEBUG: 'false' })
    expect(releaseOf(found!.image)).to.equal('3.26.0')
    expect([
      releaseOf('kata-deploy:latest'),
      releaseOf('kata-deploy:4.1.0@sha256:ab'),
      releaseOf('r:5000/kata-deploy'),
    ]).to.deep.equal([null, '4.1.0', null])
  })

  it('has pods with their node, state and log', async () => {
    const path = '/api/v1/namespaces/kata/pods'
    const pod = {
      metadata: { name: 'kata-deploy-x' },
      spec: { nodeName: 'n1' },
      status: { conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ restartCount: 2 }] },
    }
    const found = await podsOf(api({ [`${path}?labelSelector=name%3Dkata-deploy`]: { items: [pod] } }), 'kata', {
      name: 'kata-deploy',
    })
    expect(found).to.deep.equal([{ name: 'kata-deploy-x', namespace: 'kata', node: 'n1', ready: true, restarts: 2 }])
    const lines = await lastLines(api({ [`${path}/kata-deploy-x/log?tailLines=200`]: 'one\ntwo\n' }), found[0]!, 200)
    expect(lines).to.deep.equal(['one', 'two'])
  })

  it('tells what a custom runtime was asked to be', async () => {
    const map = {
      metadata: { name: 'kata-deploy-custom-configs', namespace: 'kata' },
      data: {
        'custom-runtimes.list': 'kata-small:qemu::\n',
        'dropin-kata-small.toml': '[hypervisor.qemu]\ndefault_memory = 256\n',
      },
    }
    const cluster = api({
      [daemonSets]: { items: [workload()] },
      '/api/v1/namespaces/kata/configmaps': { items: [map] },
    })
    expect(await askedRuntime(cluster, 'kata-small')).to.include({ base: 'qemu' })
    await askedRuntime(cluster, 'kata-large').then(
      () => expect.fail('found'),
      (error: Error) => expect(error.message).to.include("kata-deploy's ConfigMap has kata-small"),
    )
  })
})

describe('labels of the cluster', () => {
  const nodes = {
    '/api/v1/nodes': {
      items: [
        {
          metadata: { name: 'a', labels: { 'katacontainers.io/kata-runtime': 'true' } },
          status: { runtimeHandlers: [{ name: '' }, { name: 'kata-qemu' }] },
        },
        { metadata: { name: 'b' }, status: {} },
      ],
    },
  }

  it('the label of kata-deploy and the handlers that nodes report', async () => {
    expect([...(await kataLabelOfNodes(api(nodes)))]).to.deep.equal([['a', 'true']])
    expect([...(await reportedHandlers(api(nodes)))]).to.deep.equal([
      ['a', ['', 'kata-qemu']],
      ['b', null],
    ])
  })

  it('labels of a namespace are listed', async () => {
    const path = '/api/v1/namespaces?fieldSelector=metadata.name%3Dkata'
    expect(
      await namespaceLabels(api({ [path]: { items: [{ metadata: { name: 'kata', labels: { a: 'b' } } }] } }), 'kata'),
    ).to.deep.equal({ a: 'b' })
    expect(await namespaceLabels(api({}), 'kata')).to.deep.equal({})
  })
})
