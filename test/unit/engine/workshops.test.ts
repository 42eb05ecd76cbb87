import { expect } from 'chai'
import { createLedger } from '../../../engine/cluster/ledger.ts'
import { createWorkshops } from '../../../engine/cluster/workshops.ts'
import type { Cluster, ExecResult } from '../../../helpers/cluster/cluster.ts'
import { loadImages } from '../../../helpers/pods/images.ts'

/** Workshops of nodes n1 and n2. The pods are numbered in the order of their start. */
function workshopsOf(of: {
  starts?: (pod: number, node: string) => boolean
  sweeps?: (pod: number) => ExecResult | Error
}) {
  const pods: string[] = []
  const swept: string[] = []
  const cluster = {
    patch: async () => ({}),
    create: async ({ spec }: { spec: { nodeName: string } }) => {
      const name = `node-workshop-${pods.push(spec.nodeName)}`
      return { metadata: { name, uid: name } }
    },
    waitFor: async ({ name }: { name: string }) => {
      const pod = numberOf(name)
      if (of.starts?.(pod, pods[pod - 1] ?? '') === false) throw new Error('ErrImagePull')
    },
    exec: async ({ name }: { name: string }, argv: readonly string[]) => {
      if (argv[3] !== 'sweep') return { stdout: '', stderr: '', exitCode: 0 }
      swept.push(name)
      const result = of.sweeps?.(numberOf(name)) ?? { stdout: '', stderr: '', exitCode: 0 }
      if (result instanceof Error) throw result
      return result
    },
  } as unknown as Cluster
  const journal = { write: () => undefined }
  const workshops = createWorkshops({
    cluster,
    ledger: createLedger(journal),
    journal: journal as never,
    namespaces: { baseline: 'r1', privileged: 'r1-privileged', refused: null },
    runId: 'r1',
    scope: 'r1',
    images: loadImages([]),
    probes: { require: () => expect.fail('nobody looks') },
  })
  return { workshops, pods, swept }
}

const numberOf = (name: string): number => Number(name.split('-').at(-1))

describe('the sweep of changed nodes', () => {
  it('is each workshop’s own, and that of no node without changes', async () => {
    const { workshops, pods, swept } = workshopsOf({})
    await workshops.changesOn('n1').folder()
    workshops.changesOn('n2')
    expect(await workshops.sweep()).to.deep.equal([])
    expect({ pods, swept }).to.deep.equal({ pods: ['n1'], swept: ['node-workshop-1'] })
  })

  for (const [what, first] of [
    ['whose pod is lost', new Error('pods "node-workshop-1" not found')],
    ['that leaves something', { stdout: '', stderr: 'rm: busy', exitCode: 0 }],
  ] as const)
    it(`is done once more, after a workshop ${what}`, async () => {
      const { workshops, swept } = workshopsOf({
        sweeps: (pod) => (pod === 1 ? first : { stdout: '', stderr: '', exitCode: 0 }),
      })
      await workshops.changesOn('n1').folder()
      expect(await workshops.sweep()).to.deep.equal([])
      expect(swept).to.deep.equal(['node-workshop-1', 'node-workshop-2'])
    })

  it('names the nodes that could not be swept, with the reason', async () => {
    const { workshops } = workshopsOf({
      sweeps: () => new Error('connection lost'),
      starts: (pod, node) => pod < 3 || node === 'n1',
    })
    await workshops.changesOn('n1').folder()
    await workshops.changesOn('n2').folder()
    const [one, two] = await workshops.sweep()
    expect(one).to.deep.equal({ node: 'n1', why: 'connection lost' })
    expect(two?.node).to.equal('n2')
    expect(two?.why).to.include('the workshop pod does not start: ErrImagePull')
  })

  it('is not of a node on which no workshop came up: nothing was made there', async () => {
    const { workshops, pods } = workshopsOf({ starts: () => false })
    const error = await workshops
      .changesOn('n1')
      .folder()
      .catch((each: Error) => each.message)
    expect(error).to.include('the workshop pod does not start')
    expect(await workshops.sweep()).to.deep.equal([])
    expect(pods).to.deep.equal(['n1'])
  })
})
