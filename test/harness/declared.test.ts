import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { command, recordOf, scratch } from './commandLine.ts'

describe('a profile that declares what is not there', () => {
  const results = scratch()
  after(() => results.remove())

  it('fails one arm for each such system, and exits with 1', async function () {
    this.timeout(120_000)
    const profile = path.join(results.folder, 'profile.yaml')
    writeFileSync(profile, 'classes: [{ name: kata-qemu }]\nsnapshotters: [nydus]\n')
    const ended = await command(
      [
        'run',
        '--sim',
        '--scenario',
        'without-nydus',
        '--speed',
        'Infinity',
        '--profile',
        profile,
        '--chapter',
        'PROFILE',
        '--out',
        results.folder,
      ],
      {},
      100_000,
    )
    expect(ended.code, ended.stderr).to.equal(1)
    const { arms } = recordOf(results.runs()[0] ?? '')
    const declared = arms.filter(({ behaviour, role }) => behaviour === 'KATA-PROFILE-001' && role === 'check')
    expect(declared.map(({ id, verdict }) => `${id} ${verdict}`)).to.deep.equal([
      'KATA-PROFILE-001 class:kata-qemu passed',
      'KATA-PROFILE-001 snapshotter:nydus failed',
    ])
    expect(declared[1]?.expected).to.include('there')
    expect(declared[1]?.observed).to.include('absent')
    expect(declared[1]?.message).to.include('the snapshotter nydus, which the profile declares (kata-1: overlayfs')
  })
})
