import { expect } from 'chai'
import type { ReadApi } from '../../../helpers/behaviour.ts'
import { enabledHandlers, installations } from '../../../helpers/deployment/installations.ts'

type Environment = Readonly<Record<string, string>>

const workload = (env: Environment) => ({
  metadata: { namespace: 'kata', name: 'kata-deploy' },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'kube-kata',
            image: 'quay.io/kata-containers/kata-deploy:3.26.0',
            env: Object.entries(env).map(([name, value]) => ({ name, value })),
          },
        ],
      },
    },
  },
})

const clusterWith = (...environments: Environment[]): ReadApi => ({
  find: async () => null,
  raw: async (path) => ({ items: path === '/apis/apps/v1/daemonsets' ? environments.map(workload) : [] }),
})

describe('installations of kata-deploy', () => {
  const one = { SHIMS_X86_64: 'qemu clh' }
  const other = { SHIMS_X86_64: 'fc', MULTI_INSTALL_SUFFIX: 'dev' }

  it('are told apart by their suffix', async () => {
    expect(await installations(clusterWith(one, other))).to.deep.equal([one, other])
  })

  it('have one environment each, whatever runs them', async () => {
    expect(await installations(clusterWith(one, { DEBUG: 'true' }))).to.deep.equal([{ ...one, DEBUG: 'true' }])
  })

  it('are one that tells nothing where kata-deploy is not there', async () => {
    expect(await installations(clusterWith())).to.deep.equal([{}])
  })

  it('name their handlers: of any architecture, each once, with the suffix', () => {
    expect(enabledHandlers({ ...one, SHIMS_AARCH64: 'qemu  cloud-hypervisor' })).to.deep.equal([
      'kata-qemu',
      'kata-clh',
      'kata-cloud-hypervisor',
    ])
    expect(enabledHandlers({ SHIMS: 'qemu' })).to.deep.equal(['kata-qemu'])
    expect(enabledHandlers(other)).to.deep.equal(['kata-fc-dev'])
    expect(enabledHandlers({})).to.deep.equal([])
  })
})
