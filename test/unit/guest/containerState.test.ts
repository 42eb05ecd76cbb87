import { expect } from 'chai'
import { containerState } from '../../../helpers/guest/containerState.ts'

/** Status of a pod whose container was restarted after its init container had ended, as a kubelet writes it. */
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'restarted' },
  status: {
    initContainerStatuses: [
      {
        name: 'init',
        restartCount: 0,
        state: {
          terminated: {
            exitCode: 0,
            reason: 'Completed',
            startedAt: '2026-11-21T11:31:05Z',
            finishedAt: '2026-11-21T11:31:08Z',
          },
        },
      },
    ],
    containerStatuses: [
      {
        name: 'main',
        restartCount: 1,
        state: { running: { startedAt: '2026-11-21T11:31:20Z' } },
        lastState: { terminated: { exitCode: 3, reason: 'Error' } },
      },
      { name: 'second', restartCount: 0, state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ],
  },
}

describe('state of a container', () => {
  it('tells what runs since when, and how often it was restarted', () => {
    expect(containerState(pod, 'main')).to.deep.include({
      phase: 'running',
      restartCount: 1,
      startedAt: '2026-11-21T11:31:20Z',
    })
  })

  it('finds init containers by name too', () => {
    expect(containerState(pod, 'init')).to.deep.include({
      phase: 'terminated',
      exitCode: 0,
      reason: 'Completed',
      finishedAt: '2026-11-21T11:31:08Z',
    })
  })

  it('says why a container waits', () => {
    expect(containerState(pod, 'second')).to.deep.include({
      phase: 'waiting',
      reason: 'CrashLoopBackOff',
      startedAt: null,
    })
  })

  it('knows nothing of a container that has no status yet', () => {
    expect(containerState({ ...pod, status: {} }, 'main').phase).to.equal('unknown')
  })
})
