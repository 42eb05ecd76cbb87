import { expect } from 'chai'
import { type Allocation, allocate, allocateScript, largestAllocation } from '../../../helpers/guest/allocate.ts'
import { elapsed, median } from '../../../helpers/guest/copyWork.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

const upTo =
  (limit: number) =>
  async (mebibytes: number): Promise<Allocation> =>
    mebibytes <= limit ? 'done' : 'refused'

describe('allocations in a container', () => {
  it('lets PID 1 allocate, so that its end is the container’s', () => {
    expect(allocateScript(250)).to.equal('exec dd if=/dev/zero of=/dev/null bs=250M count=1')
  })

  it('finds the largest one', async () => {
    expect(await largestAllocation(upTo(253), { from: 64, to: 344, step: 1 })).to.equal(253)
  })

  it('tells nothing fits from everything does', async () => {
    expect(await largestAllocation(upTo(10), { from: 64, to: 344, step: 1 })).to.equal(null)
    expect(await largestAllocation(upTo(1000), { from: 64, to: 344, step: 1 })).to.equal(344)
  })

  it('stops when no answer comes', async () => {
    const sizes: number[] = []
    const dying = async (mebibytes: number): Promise<Allocation> => {
      sizes.push(mebibytes)
      return mebibytes > 200 ? 'lost' : 'done'
    }
    expect(await largestAllocation(dying, { from: 64, to: 344, step: 1 })).to.equal('lost')
    expect(sizes).to.deep.equal([64, 344])
  })

  it('takes a lost exec for a lost container when the node says so, and any other error for its own', async () => {
    const execError = (kind: string) => Object.assign(new Error(kind), { name: 'ExecError', kind })
    const [closed, rejected] = [execError('closed'), execError('rejected')]
    const failing = (error: Error, then: Error | null) =>
      ({
        exec: async () => Promise.reject(error),
        read: async () => (then ? Promise.reject(then) : { stdout: '1.00 1.00\n', stderr: '', exitCode: 0 }),
      }) as unknown as PodHandle
    expect(await allocate(failing(closed, rejected), 1)).to.equal('lost')
    for (const [error, then] of [
      [closed, null],
      // An API server that is away says nothing about the container.
      [closed, closed],
      [closed, execError('timeout')],
      [new TypeError('bug'), rejected],
    ] as const) {
      expect(await allocate(failing(error, then), 1).catch((thrown: Error) => thrown)).to.equal(error)
    }
  })

  it('takes exit codes of a kill under Kata (9) and under runc (137) for refusals', async () => {
    for (const exitCode of [9, 137, 1]) {
      const pod = { exec: async () => ({ stdout: '', stderr: '', exitCode }) } as unknown as PodHandle
      expect(await allocate(pod, 300)).to.equal('refused')
    }
  })
})

describe('work in a container', () => {
  it('measures by the clock of the kernel', () => {
    expect(elapsed('100.25 8.02\n103.75 9.10\n')).to.equal(3.5)
    expect(() => elapsed('100.25 8.02\n')).to.throw('not two readings')
  })

  it('takes the median', () => {
    expect(median([9, 1, 5])).to.equal(5)
    expect(median([4, 1, 3, 2])).to.equal(2.5)
  })
})
