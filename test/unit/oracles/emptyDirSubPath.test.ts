import { expect } from 'chai'
import type { ClassOnNode } from '../../../helpers/facts/classOnNode.ts'
import { detectEmptyDir } from '../../../helpers/facts/emptyDir.ts'
import { unknown } from '../../../helpers/facts/fact.ts'
import { subPathShows } from '../../../helpers/oracles/emptyDirSubPath.ts'

const on = (runtime: Record<string, string | boolean>): ClassOnNode => ({
  node: 'node-1',
  handler: 'kata-qemu',
  runtime: null,
  notKata: false,
  toml: { path: '/opt/kata/configuration.toml', dropIns: [], values: { runtime } },
  partial: false,
  because: '',
})

describe('where an emptyDir is, and what its subPath shows', () => {
  it('follows disable_guest_empty_dir of the Go shim; absent is the guest', () => {
    expect(detectEmptyDir(on({}), 'go', 'virtio-fs').value).to.equal('guest')
    expect(detectEmptyDir(on({ disable_guest_empty_dir: true }), 'go', 'virtio-fs').value).to.equal('node')
  })

  it('follows emptydir_mode of the Rust shims, and the older key where there is none', () => {
    expect(detectEmptyDir(on({ emptydir_mode: 'shared-fs' }), 'rust', 'virtio-fs').value).to.equal('node')
    expect(detectEmptyDir(on({ emptydir_mode: 'block-plain' }), 'rust', 'virtio-fs').value).to.equal('guest')
    expect(detectEmptyDir(on({ disable_guest_empty_dir: true }), 'rust', 'virtio-fs').value).to.equal('node')
  })

  it('is the guest where nothing is shared, and unknown without a shim', () => {
    expect(detectEmptyDir(on({ disable_guest_empty_dir: true }), 'go', 'none').value).to.equal('guest')
    expect(detectEmptyDir(on({}), null, 'virtio-fs').value).to.equal(null)
  })

  it('shows by subPath what lies where the kubelet prepares it', () => {
    expect(subPathShows({ emptyDir: { value: 'guest', how: '' } })).to.equal('nothing')
    expect(subPathShows({ emptyDir: { value: 'node', how: '' } })).to.equal('the content')
    expect(subPathShows({ emptyDir: unknown('no probe') })).to.equal(null)
  })
})
