import { expect } from 'chai'
import { remedyOf } from '../../../helpers/oracles/remedies.ts'

describe('remedies', () => {
  const messages = [
    ['error unpacking image: snapshotter nydus was not found: not found', 'nydus snapshotter missing'],
    ['snapshotter nydus-next was not found: not found', 'nydus snapshotter missing'],
    ['failed to get sandbox runtime: no runtime for "kata-qemu" is configured', 'handler missing on the node'],
    ['annotation io.katacontainers.config.hypervisor.default_memory is not enabled: unknown', 'annotation not allowed'],
    ['Could not access KVM kernel module: No such file or directory', 'KVM missing'],
  ] as const
  for (const [message, cause] of messages) {
    it(`${message}: ${cause}`, () => expect(remedyOf(message)?.cause).to.equal(cause))
  }

  it('are none for what nobody knows', () => expect(remedyOf('expected 1 to equal 2')).to.equal(null))
})
