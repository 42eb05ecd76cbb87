import { expect } from 'chai'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { WaitError } from '../../../helpers/cluster/waitError.ts'
import { containerStatus, howItEnded, oomTold, termination } from '../../../helpers/guest/termination.ts'
import { withoutLimit } from '../../../helpers/guest/admittedLimits.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

/** Recorded on Kata 3.26.0: one container killed for memory, its neighbour untouched. */
const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'oom' },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'greedy',
        restartCount: 0,
        state: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-21T11:06:58Z' } },
      },
      { name: 'neighbour', restartCount: 0, state: { running: { startedAt: '2026-11-21T11:06:17Z' } } },
    ],
  },
}
const pod = { name: 'oom', object } as unknown as PodHandle

describe('how containers ended', () => {
  it('shows reason and exit code', () => {
    expect(termination(pod)).to.deep.equal({ reason: 'OOMKilled', exitCode: 137, message: '' })
    expect(howItEnded(pod, 'greedy')).to.equal('OOMKilled (137)')
    expect(howItEnded(pod, 'neighbour')).to.equal('still running')
  })

  it('knows no other containers', () => {
    expect(() => containerStatus(object, 'web')).to.throw('pod oom has no status of container web')
  })
})

describe('limits of an admitted pod', () => {
  const admitted = (limits?: Record<string, string>) =>
    ({
      name: 'p',
      namespace: 'n',
      admitted: { spec: { containers: [{ resources: limits ? { limits } : {} }] } },
    }) as unknown as PodHandle

  it('accepts a pod that has none of the resource', () => {
    withoutLimit(admitted(), 'memory')
    withoutLimit(admitted({ cpu: '1' }), 'memory')
  })

  it('says who adds one', () => {
    expect(() => withoutLimit(admitted({ memory: '512Mi' }), 'memory')).to.throw(
      'admitted with limits.memory 512Mi, which it did not ask for: a LimitRange or an admission policy of namespace n',
    )
  })
})

describe('a container that was killed', () => {
  const exits = (...reasons: readonly string[]) => {
    const objects = reasons.map((reason) => ({
      ...object,
      status: {
        containerStatuses: [{ name: 'greedy', restartCount: 0, state: { terminated: { exitCode: 137, reason } } }],
      },
    }))
    let at = 0
    return {
      get object() {
        return objects[at]
      },
      waitFor(what: string, until: (seen: KubeObject) => boolean) {
        while (!until(objects[at] as KubeObject)) {
          if (at === objects.length - 1)
            return Promise.reject(
              new WaitError({
                what,
                subject: 'pod',
                end: 'deadline',
                object: null,
                events: [],
                waitedMs: 1,
                trouble: null,
              }),
            )
          at += 1
        }
        return Promise.resolve(objects[at])
      },
    } as unknown as PodHandle
  }

  it('is waited for until the kubelet has heard that it was for memory', async () => {
    const killed = exits('Error', 'OOMKilled')
    await oomTold(killed)
    expect(howItEnded(killed)).to.equal('OOMKilled (137)')
  })

  it('stays what it reads when nothing is told', async () => {
    const killed = exits('Error', 'Error')
    await oomTold(killed)
    expect(howItEnded(killed)).to.equal('Error (137)')
  })
})
