import { expect } from 'chai'
import { loadCatalog } from '../../../../engine/catalog/loadCatalog.ts'
import { chaptersOf } from '../../../../engine/versions/chaptersOf.ts'
import { forProfile } from '../../../../engine/versions/forProfile.ts'
import { diffOfVersions } from '../../../../helpers/deployment/versions/diffOfVersions.ts'

const { changes } = diffOfVersions('3.29.0', '4.1.0')
const subjects = (names: readonly string[] | null, values: ReadonlyMap<string, unknown> = new Map()) =>
  forProfile(changes, { classes: names?.map((name) => ({ name })) ?? null }, values)

describe('changes between two releases, for a profile', () => {
  it('are all of them where it declares no classes', () => {
    expect(subjects(null)).to.deep.equal({ changes, others: 0 })
  })

  it('are those of its classes, their shim family and their hypervisor, and of every installation', () => {
    const { changes: found, others } = subjects(['kata-qemu'])
    const named = found.map(({ subject }) => subject)
    expect(named).to.include('overhead of RuntimeClass kata-qemu')
    expect(named).to.include('enable_annotations of the Go shims').and.not.include('emptyDir of the Rust shims')
    expect(named).to.include('QEMU').and.not.include('guest kernel of Dragonball')
    expect(named).to.include('node selection of the RuntimeClasses')
    expect(named.filter((subject) => /kata-cloud-hypervisor|of qemu-runtime-rs/.test(subject))).to.deep.equal([])
    expect(found.length + others).to.equal(changes.length)
    expect(others).to.be.above(0)
  })

  it('tell of a class that is renamed to whoever declares it', () => {
    const renamed = subjects(['kata-cloud-hypervisor']).changes.filter(({ kind }) => kind === 'class-renamed')
    expect(renamed.map(({ after }) => after)).to.deep.equal(['kata-clh-runtime-rs'])
  })

  it('leave out new classes where values keep every new shim off', () => {
    const fresh = (values: ReadonlyMap<string, unknown>) =>
      subjects(['kata-qemu'], values).changes.filter(({ kind }) => kind === 'class-new')
    expect(fresh(new Map())).to.not.be.empty
    expect(fresh(new Map([['shims.disableAll', true]]))).to.deep.equal([])
  })

  it('follow a custom runtime to the shim that it starts from', () => {
    const classes = [{ name: 'kata-mine', base: 'qemu-runtime-rs' }]
    const named = forProfile(changes, { classes }, new Map()).changes.map(({ subject }) => subject)
    expect(named).to.include('emptyDir of the Rust shims').and.include('sandbox_cgroup_only of qemu-runtime-rs')
  })

  it('are worth knowing only, where the profile sets what has another default', () => {
    const of = (values: ReadonlyMap<string, unknown>) =>
      subjects(['kata-qemu'], values).changes.find(({ subject }) => subject === 'defaultShim.amd64')
    expect(of(new Map())?.weight).to.equal('act')
    expect(of(new Map([['defaultShim.amd64', 'qemu']]))).to.include({
      weight: 'know',
      consequence: 'the profile sets it to "qemu": another default changes nothing',
    })
  })

  it('name chapters that the catalogue has', () => {
    const known = new Set(loadCatalog().chapters.map(({ name }) => name))
    for (const chapter of changes.flatMap(chaptersOf)) expect(known).to.include(chapter)
    expect(chaptersOf({ subject: 'overhead of RuntimeClass kata-qemu' })).to.include('OVERHEAD')
  })
})
