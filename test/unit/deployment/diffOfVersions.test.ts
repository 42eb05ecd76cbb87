import { expect } from 'chai'
import { chartRelease } from '../../../helpers/oracles/chart/chartRelease.ts'
import { chartDefaults, shimsOf } from '../../../helpers/deployment/versions/chartDefaults.ts'
import { diffOfVersions } from '../../../helpers/deployment/versions/diffOfVersions.ts'
import { releases, UnknownReleaseError } from '../../../helpers/deployment/versions/releases.ts'

const found = (from: string, to: string, kind: string, subject: RegExp) =>
  diffOfVersions(from, to).changes.filter((each) => each.kind === kind && subject.test(each.subject))

describe('what an upgrade of kata-deploy changes', () => {
  it('tells the renamed class, either way', () => {
    expect(found('3.29.0', '3.30.0', 'class-renamed', /./)[0]).to.include({
      weight: 'disrupts',
      before: 'kata-cloud-hypervisor',
      after: 'kata-clh-runtime-rs',
    })
    expect(found('3.30.0', '3.29.0', 'class-renamed', /./)[0]).to.include({ after: 'kata-cloud-hypervisor' })
  })

  it('warns of a class that is gone without a successor', () => {
    expect(found('3.28.0', '3.29.0', 'class-gone', /kata-qemu-cca/)).to.have.length(1)
  })

  it('warns of 3.28, which ends all Kata pods of a node, on the way from it and to it, and not past it', () => {
    expect(found('3.28.0', '4.1.0', 'hazard', /SIGTERM/)[0]).to.include({ weight: 'disrupts' })
    expect(found('3.27.0', '3.28.0', 'hazard', /SIGTERM/)).to.have.length(1)
    expect(found('3.27.0', '3.29.0', 'hazard', /SIGTERM/)).to.deep.equal([])
  })

  it('tells overhead and default shim from 4.0 on', () => {
    expect(found('3.32.0', '4.0.0', 'overhead', /kata-qemu$/)[0]).to.include({
      before: 'memory 160Mi, cpu 250m',
      after: 'memory 320Mi, cpu 250m',
    })
    expect(found('3.32.0', '4.0.0', 'default-shim', /amd64/)[0]).to.include({ after: 'qemu-runtime-rs' })
    expect(found('3.32.0', '4.0.0', 'default-shim', /ppc64le/)).to.deep.equal([])
    expect(found('4.0.0', '4.1.0', 'default-shim', /./).map(({ subject }) => subject)).to.deep.equal([
      'defaultShim.ppc64le',
    ])
  })

  it('tells values that are refused, and the settings of all releases between', () => {
    expect(found('4.0.0', '4.1.0', 'value-gone', /^job\.nodeSelector$/)[0]?.consequence).to.match(/refused/)
    expect(found('3.25.0', '3.32.0', 'setting', /disable_block_device_use/)[0]).to.include({ after: 'true' })
    expect(found('3.26.0', '3.32.0', 'setting', /disable_block_device_use/)).to.deep.equal([])
  })

  it('finds nothing but the hazards of a restart between patches of one release', () => {
    expect([...new Set(diffOfVersions('3.31.0', '3.31.2').changes.map(({ kind }) => kind))]).to.deep.equal(['hazard'])
  })

  it('refuses a release that nobody wrote down', () => {
    expect(() => diffOfVersions('3.24.0', '4.1.0')).to.throw(UnknownReleaseError, /3\.24\.0: known are 3\.25 to 4\.1/)
  })

  it('has the shims and default shims that the other table of releases has', () => {
    for (const release of releases) {
      const chart = chartRelease(`${release}.0`)
      expect([...shimsOf(release)].sort(), release).to.deep.equal([...(chart?.shims ?? [])].sort())
      for (const [arch, shim] of Object.entries(chart?.defaultShim ?? {}))
        expect(chartDefaults(release).get(`defaultShim.${arch}`), `${release} ${arch}`).to.equal(shim)
    }
  })
})
