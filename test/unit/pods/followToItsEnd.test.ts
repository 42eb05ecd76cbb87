import { expect } from 'chai'
import { WaitError } from '../../../helpers/cluster/waitError.ts'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import { createPodHandle } from '../../../helpers/pods/createPodHandle.ts'

const podWith = (state: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', uid: 'u' },
  spec: { containers: [{ name: 'main' }] },
  status: { containerStatuses: [{ name: 'main', containerID: 'containerd://1', state }] },
})
const running = podWith({ running: {} })
const ended = podWith({ terminated: { exitCode: 0 } })

/** A pod whose log has one line and ends; its states as the watch shows them, one after the other. */
const following = async (...states: (KubeObject | 'deleted')[]): Promise<string[] | string> => {
  const cluster = {
    async waitFor(_: unknown, until: (pod: KubeObject) => boolean, { what }: { what: string }) {
      for (const state of states) {
        const of = { what, subject: 'p', object: null, events: [], waitedMs: 1, trouble: null }
        if (state === 'deleted') throw new WaitError({ ...of, end: 'deleted' })
        if (until(state)) return state
      }
      throw new WaitError({ what, subject: 'p', end: 'deadline', object: null, events: [], waitedMs: 1, trouble: null })
    },
    async *followLogs() {
      yield 'line'
    },
  } as unknown as Cluster
  const handle = createPodHandle(cluster, {
    name: 'p',
    namespace: 'n',
    admitted: running,
    object: running,
    outcome: 'ready',
  })
  const lines: string[] = []
  try {
    for await (const line of handle.followLogs()) lines.push(line)
    return lines
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

describe('a followed log', () => {
  it('ends with its container, or its pod', async () => {
    expect(await following(running, ended)).to.deep.equal(['line'])
    expect(await following(ended)).to.deep.equal(['line'])
    expect(await following(running, 'deleted')).to.deep.equal(['line'])
  })

  it('is broken when it ends and the container runs on', async () => {
    expect(await following(running, running)).to.match(
      /^PodLost: the log of container main in n\/p ended, and the container runs on/,
    )
  })
})

describe('a pod that a check deletes', () => {
  it('says so, and says when somebody else was first', async () => {
    const handleOf = (ours: boolean) =>
      createPodHandle({ delete: async () => ours, waitForDeleted: async () => undefined } as unknown as Cluster, {
        name: 'p',
        namespace: 'n',
        admitted: running,
        object: running,
        outcome: 'ready',
      })
    const mine = handleOf(true)
    expect(mine.deleted).to.equal(false)
    expect(await mine.delete()).to.be.a('number')
    expect(mine.deleted).to.equal(true)
    const error = await handleOf(false)
      .delete()
      .catch((thrown: Error) => thrown)
    expect(error).to.include({ name: 'PodLost', message: 'pod n/p was gone already: somebody else deleted it' })
  })
})
