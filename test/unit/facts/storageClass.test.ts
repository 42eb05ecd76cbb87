import { expect } from 'chai'
import { unmetNeeds } from '../../../engine/plan/needs.ts'
import type { KubeObject } from '../../../helpers/cluster/cluster.ts'
import { known, unknown, type Fact } from '../../../helpers/facts/fact.ts'
import type { ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'
import { detectStorageClass } from '../../../helpers/facts/storageClass.ts'

const storageClass = (name: string, provisioner: string, isDefault = false): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name,
    ...(isDefault ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}),
  },
  provisioner,
})
const listed = (...classes: KubeObject[]) => ({ value: classes, how: '' })

describe('StorageClasses for the claims about volumes', () => {
  it('takes the one that the operator names, and only when it is there', () => {
    const classes = listed(storageClass('fast', 'example.org/x'))
    expect(detectStorageClass(classes, 'Block', 'fast').value).to.equal('fast')
    expect(detectStorageClass(classes, 'Block', 'slow')).to.deep.include({ value: null })
    expect(detectStorageClass(classes, 'Block', 'slow').how).to.include('no StorageClass slow')
  })

  it('takes the default one for files, and for disks when its driver is known to give them', () => {
    const ceph = listed(storageClass('ceph-block', 'rook-ceph.rbd.csi.ceph.com', true))
    const path = listed(storageClass('local-path', 'rancher.io/local-path', true))
    expect(detectStorageClass(ceph, 'Block', undefined).value).to.equal('ceph-block')
    expect(detectStorageClass(path, 'Filesystem', undefined).value).to.equal('local-path')
    expect(detectStorageClass(path, 'Block', undefined).how).to.include('whether rancher.io/local-path gives Block')
  })

  it('knows nothing where it may not list', () => {
    expect(detectStorageClass({ value: null, how: 'not permitted' }, 'Block', 'x')).to.deep.equal(
      unknown('not permitted'),
    )
  })

  const reasons = (block: Fact<string>, loops: boolean, allowNodeChanges: boolean) =>
    unmetNeeds(['storageclass:block'], {
      facts: { storageClassBlock: block } as unknown as ClusterFacts,
      node: { loopDevices: known(loops, 'seen') } as unknown as NodeFacts,
      options: { quietNodes: false, slow: false, allowNodeChanges, allowDisruptive: false },
    })

  it('is a need that a class meets, or a volume of its own where nodes may be changed', () => {
    expect(reasons(known('fast', 'named'), false, false)).to.deep.equal([])
    expect(reasons(unknown('none'), true, true)).to.deep.equal([])
    expect(reasons(unknown('none'), true, false)[0])
      .to.include('--storage-class-block')
      .and.include('none')
    expect(reasons(unknown('none'), false, true)[0]).to.include('loop devices')
  })
})
