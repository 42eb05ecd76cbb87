import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { collectEvidence } from '../../../engine/arm/collectEvidence.ts'
import type { CallOptions, Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import { arm } from './armDouble.ts'

const kataDeployPod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'kata-deploy-x', namespace: 'kube-system' },
  spec: { nodeName: 'n1', containers: [{ image: 'quay.io/kata-containers/kata-deploy:3.26.0' }] },
}

describe("evidence of kata-deploy's pods", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-evidence-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  async function collected(kataDeploy: readonly string[] | null) {
    const asked: { namespace: string | undefined; options: CallOptions | undefined }[] = []
    const cluster = {
      list: async ({ kind, namespace }: { kind: string; namespace?: string }, options?: CallOptions) => {
        if (kind === 'Pod') asked.push({ namespace, options })
        return kind === 'Pod' ? [kataDeployPod] : []
      },
      find: async () => null,
    } as unknown as Cluster
    const { signal } = new AbortController()
    const check = arm('KATA-X-001', () => Promise.resolve())
    const reader = (_key: string, read: () => Promise<string>) => read()
    const files = await collectEvidence(folder, check, [], 'm', { cluster, probe: null, reader, kataDeploy, signal })
    const file = files.find(({ name }) => name === 'kata-deploy-pods.txt')?.path ?? ''
    return { asked, signal, text: readFileSync(path.join(folder, file), 'utf8') }
  }

  it('is asked for where kata-deploy is, and given up with the run', async () => {
    const { asked, signal, text } = await collected(['kube-system'])
    expect(asked.map(({ namespace }) => namespace)).to.deep.equal(['kube-system'])
    expect(asked[0]?.options?.signal).to.equal(signal)
    expect(text).to.match(/^kube-system +kata-deploy-x .* n1$/m)
  })

  it('is looked for everywhere where its DaemonSets and Jobs may not be listed', async () => {
    const { asked, text } = await collected(null)
    expect(asked.map(({ namespace }) => namespace)).to.deep.equal([undefined])
    expect(text).to.contain('kata-deploy-x')
  })

  it('lists no pods where kata-deploy is nowhere', async () => {
    const { asked, text } = await collected([])
    expect(asked).to.deep.equal([])
    expect(text).to.contain('no DaemonSet or Job ran a kata-deploy image')
  })
})
