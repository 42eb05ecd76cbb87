import { expect } from 'chai'
import type { CheckContext } from '../../../helpers/behaviour.ts'
import type { ClusterFacts } from '../../../helpers/facts/facts.ts'
import { agree } from '../../../helpers/figures/clocks.ts'
import { inBlocks, measuredOnce, medianOf, recordBlocks } from '../../../helpers/figures/inBlocks.ts'
import { busyBetween } from '../../../helpers/figures/quietNode.ts'
import { busybox } from '../../../helpers/pods/pod.ts'
import type { Pod } from '../../../helpers/pods/podBuilder.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

/** A pod whose node is busy in the blocks that are said; the guest's boot_id is its own. */
function cluster(busyBlocks: readonly number[] = [], guest = 'b0000000-0000-4000-8000-000000000000') {
  const made: (string | undefined)[] = []
  let block = -1
  let seconds = 0
  const answer = (text: string) => Promise.resolve({ stdout: text, stderr: '', exitCode: 0 })
  const read = (argv: readonly string[]) => {
    const script = argv.join(' ')
    if (script.includes('/proc/stat')) {
      block += 1
      const busy = busyBlocks.includes(block) ? 90 : 5
      return answer(`cpu  100 0 0 1000 0 0 0 0 0 0\ncpu  ${100 + busy} 0 0 ${1100 - busy} 0 0 0 0 0 0\n`)
    }
    if (script.includes('boot_id')) return answer(`${guest}\n`)
    if (script.includes('sleep')) return answer('10.00 1.00\n15.00 1.00\n')
    seconds += 5.2
    return answer(`${seconds.toFixed(2)} 1.00\n`)
  }
  const handle = { name: 'p', node: 'n1', uid: 'u', read, delete: () => Promise.resolve(1) } as unknown as PodHandle
  const context = {
    facts: { cluster: {} as ClusterFacts },
    api: { bootId: () => Promise.resolve('a0000000-0000-4000-8000-000000000000') },
    createPod: (pod: Pod) => {
      const { spec } = pod.build().manifest as unknown as { spec: { runtimeClassName?: string } }
      made.push(spec.runtimeClassName)
      return Promise.resolve(handle)
    },
  } as unknown as CheckContext<string, unknown>
  return { context, handle, made }
}

const sides = [
  { suffix: '', runtimeClass: 'kata' },
  { suffix: '-default-runtime', runtimeClass: undefined },
]
const head = { metric: 'm', unit: 's', better: 'lower', method: 'test' } as const
const method = { sides, pod: busybox, measure: () => Promise.resolve([{ ...head, value: 3 }]) }

describe('figures in blocks', () => {
  it('have eight blocks that count after one that warms up, each side once in a block, in fresh pods', async () => {
    const { context, handle, made } = cluster()
    const { taken, valid } = await inBlocks(context, handle, method)
    expect(valid).to.equal(8)
    expect(made).to.have.length(18)
    expect(taken.filter(({ invalid }) => invalid === 'warm-up').map(({ block }) => block)).to.deep.equal([0, 0])
    const blocks = taken.filter(({ invalid }) => invalid === null)
    expect(blocks.map(({ figure }) => figure.metric).sort()).to.deep.equal([
      ...Array<string>(8).fill('m'),
      ...Array<string>(8).fill('m-default-runtime'),
    ])
    expect(medianOf(taken, 'm')).to.equal(3)
  })

  it('drop what was measured while the node was busy, by name, and measure another block', async () => {
    const { context, handle } = cluster([3, 4])
    const { taken, valid } = await inBlocks(context, handle, method)
    expect(valid).to.equal(8)
    expect(taken.filter(({ invalid }) => invalid === 'node-busy').map(({ block }) => block)).to.deep.equal([3, 3, 4, 4])
    expect(Math.max(...taken.map(({ block }) => block))).to.equal(10)
  })

  it('are none on a node that is never quiet: that is no fault of what is measured', async () => {
    const { context, handle } = cluster([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    const error = await inBlocks(context, handle, method).catch((thrown: unknown) => thrown)
    expect((error as Error).name).to.equal('Error')
    expect((error as Error).message).to.include('only 0 of 12 blocks count, 8 are needed')
  })

  it('count for nothing where the pod was in no VM', async () => {
    const { context, handle } = cluster([], 'a0000000-0000-4000-8000-000000000000')
    const touched: (string | undefined)[] = []
    const measured = await inBlocks(context, handle, {
      ...method,
      measure(_pod, side) {
        touched.push(side.runtimeClass)
        return method.measure()
      },
    })
    const record = { expect, finding: () => undefined, sample: () => undefined }
    expect(() => recordBlocks(record, measured)).to.throw('this pod is not in a VM')
    // What a measurement does to a guest it would have done to the node.
    expect(touched.filter((runtimeClass) => runtimeClass !== undefined)).to.deep.equal([])
    expect(touched.length).to.be.at.most(1)
  })

  it('are none when no sample of a figure counts, and the method is named', async () => {
    const { context, handle } = cluster()
    const nothing = { ...method, sides: sides.slice(0, 1), measure: () => Promise.resolve([{ ...head, value: 0 }]) }
    const error = await inBlocks(context, handle, nothing).catch((thrown: unknown) => thrown)
    expect((error as Error).name).to.equal('Error')
    expect((error as Error).message).to.equal('none of 9 samples of m counts (not-positive); method: test')
  })

  it('are measured once for several claims, and again for the same claim', async () => {
    const facts = {} as ClusterFacts
    let times = 0
    const measure = () => {
      times += 1
      return Promise.resolve({ taken: [], valid: 8, evidence: [] })
    }
    await measuredOnce(facts, 'x', 'A', measure)
    await measuredOnce(facts, 'x', 'B', measure)
    expect(times).to.equal(1)
    await measuredOnce(facts, 'x', 'A', measure)
    expect(times).to.equal(2)
    await measuredOnce({} as ClusterFacts, 'x', 'B', measure)
    expect(times).to.equal(3)
  })

  it('need a right clock in the guests of each class that is measured', () => {
    const ids = { guest: 'b0000000-0000-4000-8000-000000000000', node: 'a0000000-0000-4000-8000-000000000000' }
    const right = { ...ids, runtimeClass: 'kata-qemu', clocks: { guest: 5, node: 5.1 } }
    const slow = { ...ids, runtimeClass: 'kata-dragonball', clocks: { guest: 5, node: 12.5 } }
    const record = (evidence: (typeof right)[]) =>
      recordBlocks({ sample: () => 0, expect, finding: () => undefined }, { taken: [], valid: 8, evidence })
    record([right, { ...right, clocks: slow.clocks }])
    expect(() => record([right, slow])).to.throw(
      "clocks of guest and node, by which figures of kata-dragonball are measured: expected '5.0 s in the guest, 12.5 s on the node' to equal 'agree'",
    )
  })

  it('know a busy node and a wrong clock', () => {
    expect(busyBetween('cpu  1 1 1 100 5 0 0 0 7 7\ncpu  26 1 1 170 10 0 0 0 9 9\n')).to.be.closeTo(0.25, 1e-9)
    expect(() => busyBetween('cpu0 1 1')).to.throw('not two lines of /proc/stat')
    expect(agree({ guest: 5, node: 5.6 })).to.equal(true)
    expect(agree({ guest: 5, node: 10.4 })).to.equal(false)
    expect(agree({ guest: 5, node: 2.5 })).to.equal(false)
  })
})
