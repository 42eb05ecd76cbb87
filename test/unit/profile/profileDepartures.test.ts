import { expect } from 'chai'
import { detectFacts } from '../../../helpers/facts/detectFacts.ts'
import { parseProfile } from '../../../helpers/profile/loadProfile.ts'
import { profileDepartures } from '../../../helpers/profile/profileDepartures.ts'
import { clusterOfObjects } from '../facts/clusterOfObjects.ts'
import { nodeInMemory } from '../node/host.ts'
import { kataDeployDaemonSet, kataNode, runtimeClass } from '../facts/objects.ts'

describe('departures from a profile', () => {
  it('are what is known to differ, not what is unknown', async () => {
    const objects = [
      kataNode('n1'),
      runtimeClass('kata-qemu', 'kata-other'),
      kataDeployDaemonSet('x/kata-deploy:3.27.0'),
    ]
    const facts = await detectFacts(clusterOfObjects(objects), { probes: () => null })
    const profile = parseProfile(
      'kataVersion: 3.26.0\nclasses:\n  - {name: kata-qemu, handler: kata-qemu, defaultMemoryMiB: 2048}\n  - {name: kata-clh}\n',
      'p.yaml',
    )
    expect(profileDepartures(facts, profile)).to.deep.equal([
      'Kata is 3.27.0 (image tag of DaemonSet kube-system/kata-deploy), declared is 3.26.0',
      'RuntimeClass kata-qemu: handler is kata-other (handler of the RuntimeClass), declared is kata-qemu',
      'RuntimeClass kata-clh is declared and not there',
    ])
  })

  it('tell the CNI of each node that is another than the declared one', async () => {
    const { probe } = await nodeInMemory({ '/etc/cni/net.d/10-bridge.conflist': '{"plugins":[{"type":"bridge"}]}' })
    const facts = await detectFacts(clusterOfObjects([kataNode('n1'), kataNode('n2')]), {
      probes: (node) => (node === 'n1' ? probe : null),
    })
    expect(profileDepartures(facts, parseProfile('cni: cilium\n', 'p.yaml'))).to.deep.equal([
      'the CNI of n1 is bridge (/etc/cni/net.d/10-bridge.conflist), declared is cilium',
    ])
    expect(profileDepartures(facts, parseProfile('cni: bridge\n', 'p.yaml'))).to.deep.equal([])
  })
})
