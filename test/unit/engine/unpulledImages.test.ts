import { expect } from 'chai'
import { createUnpulledImages } from '../../../engine/cluster/unpulledImages.ts'
import { PodStartError } from '../../../helpers/pods/podStartError.ts'

const why = 'Back-off pulling image "nginx:1.27": not found'
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {},
  spec: {
    containers: [
      { name: 'main', image: 'busybox:1.36' },
      { name: 'web', image: 'nginx:1.27' },
    ],
  },
  status: {
    containerStatuses: [
      { name: 'main', state: { running: {} } },
      { name: 'web', state: { waiting: { reason: 'ImagePullBackOff', message: why } } },
    ],
  },
}
const failure = (reason: string) =>
  new PodStartError('infrastructure', 'no', { failure: { reason, message: why }, object: pod })

describe('images that could not be pulled', () => {
  it('are told by name to whoever needs them on that node, and to nobody else', () => {
    const images = createUnpulledImages(() => 0)
    images.learn(failure('ImagePullBackOff'), 'n1')
    expect(() => images.check(['nginx:1.27'], 'n1')).to.throw(
      PodStartError,
      `image nginx:1.27 cannot be pulled on node n1, as an earlier pod found: ${why}`,
    )
    images.check(['busybox:1.36'], 'n1')
    images.check(['nginx:1.27'], 'n2')
  })

  it('are tried again after a minute', () => {
    let now = 0
    const images = createUnpulledImages(() => now)
    images.learn(failure('ErrImagePull'), 'n1')
    now = 61_000
    images.check(['nginx:1.27'], 'n1')
  })

  it('nothing is learnt from other ends', () => {
    const images = createUnpulledImages(() => 0)
    images.learn(failure('StartError'), 'n1')
    images.learn(new Error('no'), 'n1')
    images.check(['nginx:1.27'], 'n1')
  })
})
