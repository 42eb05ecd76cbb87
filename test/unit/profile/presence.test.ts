import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'
import { declarationId, declarationsOf, declarationText } from '../../../helpers/profile/declaration.ts'
import { parseProfile } from '../../../helpers/profile/loadProfile.ts'
import { presenceOf } from '../../../helpers/profile/presence.ts'
import { profileDepartures } from '../../../helpers/profile/profileDepartures.ts'
import { rowsOf } from '../../../engine/plan/subjects.ts'
import type { Behaviour } from '../../../helpers/behaviour.ts'

const node = (name: string, more: Partial<NodeFacts> = {}): NodeFacts =>
  ({ name, kata: known(true, 'label'), ...more }) as NodeFacts

const facts = (more: Partial<ClusterFacts> = {}): ClusterFacts =>
  ({
    kataVersion: known('3.26.0', 'VERSION'),
    distribution: known('kubernetes', 'kubelet'),
    classes: [{ name: 'kata-qemu' }],
    nodes: [
      node('n1', {
        snapshotters: known(['overlayfs'], 'config.toml'),
        tee: known([], 'parameters of KVM'),
        gpus: known([], 'status.capacity has no resource of a GPU'),
      }),
      node('n2', { snapshotters: known(['overlayfs', 'nydus'], 'config.toml'), tee: unknown('no probe') }),
      node('plain', { kata: known(false, 'no label'), snapshotters: known(['overlayfs', 'zfs'], 'config.toml') }),
    ],
    kyverno: known(false, '/apis/kyverno.io is not served'),
    storageClassNames: known(['fast'], 'StorageClasses'),
    ...more,
  }) as unknown as ClusterFacts

const text = `
classes: [{ name: kata-qemu }, { name: kata-qemu-tdx }]
storageClasses: { block: slow, filesystem: fast }
snapshotters: [nydus, devmapper]
tees: [tdx]
gpus: [nvidia.com/gpu]
kyverno: true
`
const profile = parseProfile(text, 'p.yaml')
const of = (id: string, given = facts()) => {
  const declared = declarationsOf(profile).find((each) => declarationId(each) === id)
  if (!declared) throw new Error(`nothing declares ${id}`)
  return presenceOf(declared, given)
}

describe('systems that a profile declares', () => {
  it('are each one declaration', () => {
    expect(declarationsOf(profile).map(declarationId)).to.deep.equal([
      'class:kata-qemu',
      'class:kata-qemu-tdx',
      'storage-class:slow',
      'storage-class:fast',
      'snapshotter:nydus',
      'snapshotter:devmapper',
      'tee:tdx',
      'gpu:nvidia.com/gpu',
      'kyverno',
    ])
    expect(declarationsOf(profile).map(declarationText)).to.include('the snapshotter nydus').and.include('Kyverno')
  })

  it('are there when a node with Kata has them', () => {
    expect(of('snapshotter:nydus')).to.deep.equal({
      there: true,
      how: 'n1: overlayfs (config.toml); n2: overlayfs, nydus (config.toml)',
    })
    expect(of('class:kata-qemu').there).to.equal(true)
    expect(of('storage-class:fast').there).to.equal(true)
  })

  it('are absent where everything that could have them is known to lack them', () => {
    expect(of('snapshotter:devmapper').there).to.equal(false)
    expect(of('class:kata-qemu-tdx')).to.deep.equal({ there: false, how: 'RuntimeClasses of Kata: kata-qemu' })
    expect(of('storage-class:slow')).to.deep.equal({ there: false, how: 'StorageClasses of the cluster: fast' })
    expect(of('kyverno')).to.deep.equal({ there: false, how: '/apis/kyverno.io is not served' })
  })

  it('are unknown where one that could have them was not looked at', () => {
    expect(of('tee:tdx')).to.deep.equal({ there: null, how: 'n1: parameters of KVM; n2: no probe' })
    expect(of('gpu:nvidia.com/gpu').there).to.equal(null)
    expect(of('kyverno', facts({ kyverno: unknown('forbidden') })).there).to.equal(null)
  })

  it('are departures for doctor when they are absent', () => {
    expect(profileDepartures(facts(), profile)).to.deep.equal([
      'StorageClass slow is declared and not there: StorageClasses of the cluster: fast',
      'the snapshotter devmapper is declared and not there: n1: overlayfs (config.toml); n2: overlayfs, nydus (config.toml)',
      'Kyverno is declared and not there: /apis/kyverno.io is not served',
      'RuntimeClass kata-qemu-tdx is declared and not there',
    ])
  })

  it('become rows of a claim, by the facts', () => {
    const definition = {
      cases: ({ declarations = [] }: ClusterFacts) =>
        Object.fromEntries(declarations.map((each) => [declarationId(each), each])),
    }
    const rows = rowsOf(
      { gate: true } as never,
      definition as unknown as Behaviour,
      facts({ declarations: declarationsOf(profile) }),
    )
    expect(rows.map(({ id, gate }) => `${id} ${gate}`))
      .to.include('snapshotter:nydus true')
      .and.have.length(9)
  })

  it('are told with their line when they are none', () => {
    expect(() => parseProfile('tees: [sgx]\n', 'p.yaml')).to.throw(
      'p.yaml:1: tees.0 is "sgx"; it must be one of tdx, snp, se, cca',
    )
    expect(() => parseProfile('snapshotters: nydus\n', 'p.yaml')).to.throw(
      'p.yaml:1: snapshotters is "nydus"; it must be a list of snapshotters',
    )
  })
})
