import path from 'node:path'
import { expect } from 'chai'
import { loadProfile, parseProfile } from '../../../helpers/profile/loadProfile.ts'
import { ProfileError } from '../../../helpers/profile/profileError.ts'
import { shippedDeviations } from '../../../helpers/profile/shippedDeviations.ts'

const fixtures = path.join(import.meta.dirname, '..', '..', '..', 'fixtures')

/** The lines of the error that a text gives. */
function problems(text: string): readonly string[] {
  try {
    parseProfile(text, 'p.yaml')
  } catch (error) {
    if (error instanceof ProfileError) return error.problems
    throw error
  }
  return expect.fail('the profile was accepted')
}

describe('profile', () => {
  it("reads the guide's block verbatim", () => {
    const profile = loadProfile(path.join(fixtures, 'profiles', 'guide-3.26.yaml'))
    expect(profile).to.include({ source: 'guide', kataVersion: '3.26.0', distribution: 'rke2' })
    expect(profile.classes).to.deep.equal([
      { name: 'kata-qemu', handler: 'kata-qemu' },
      { name: 'kata-clh', handler: 'kata-clh' },
      { name: 'kata-dragonball', handler: 'kata-dragonball' },
      { name: 'kata' },
      {
        name: 'kata-qemu-minimal',
        handler: 'kata-qemu-minimal',
        base: 'qemu',
        defaultMemoryMiB: 256,
        defaultVcpus: 1,
        blockDeviceUse: false,
      },
      {
        name: 'kata-qemu-block-minimal',
        handler: 'kata-qemu-block-minimal',
        base: 'qemu',
        defaultMemoryMiB: 256,
        defaultVcpus: 1,
        blockDeviceUse: true,
      },
    ])
    expect(profile.notes).to.include("read as the guide's kataContainers: block")
  })

  it('reads values of the chart, with custom runtimes', () => {
    const profile = parseProfile(
      `image: {tag: 3.27.0}
shims:
  disableAll: true
  qemu: {enabled: true, containerd: {snapshotter: ""}}
  clh: {enabled: ~}
env: {multiInstallSuffix: blue}
defaultShim: {amd64: qemu, arm64: qemu}
runtimeClasses: {createDefault: true, defaultName: kata}
customRuntimes:
  enabled: true
  runtimes:
    small:
      baseConfig: qemu
      dropIn: |
        [hypervisor.qemu]
        default_memory = 256
        disable_block_device_use = false
      runtimeClass: |
        kind: RuntimeClass
        metadata: {name: kata-small}
        handler: kata-small
`,
      'values.yaml',
    )
    expect(profile).to.include({ source: 'chart', kataVersion: '3.27.0' })
    expect(profile.classes).to.deep.equal([
      { name: 'kata-qemu-blue', handler: 'kata-qemu-blue' },
      { name: 'kata', handler: 'kata-qemu-blue' },
      { name: 'kata-small', handler: 'kata-small', base: 'qemu', defaultMemoryMiB: 256, blockDeviceUse: true },
    ])
  })

  it('declares what follows disableAll in a chart of 3.26', () => {
    const profile = parseProfile(
      'shims:\n  disableAll: false\n  qemu: {enabled: ~}\n  clh: {enabled: false}\n',
      'values.yaml',
    )
    expect(profile.classes?.map(({ name }) => name)).to.deep.equal(['kata-qemu'])
    expect(profile.notes.join('\n')).to.contain('shims.disableAll is not true')
    expect(profile.namesAllClasses).to.equal(false)
    expect(parseProfile('shims:\n  disableAll: true\n  qemu: {enabled: true}\n', 'values.yaml')).to.include({
      namesAllClasses: true,
    })
  })

  it('reads its own format', () => {
    const profile = loadProfile(path.join(fixtures, 'profiles', 'example.yaml'))
    expect(profile).to.include({ source: 'profile', kataVersion: '3.26.0', cni: 'cilium' })
    expect(profile.storageClasses).to.deep.equal({ block: 'ceph-block', filesystem: 'ceph-filesystem' })
    expect(profile.knownDeviations[0]).to.include({
      behaviour: 'KATA-PROC-001',
      owner: 'platform',
      expires: '2027-06-30',
    })
  })

  it('ships deviations that are well-formed', () => {
    for (const each of shippedDeviations()) expect(each.reference, each.behaviour).to.match(/^https:/)
    expect(shippedDeviations()).to.be.an('array')
  })

  it('names the line, the mistake and what would be right', () => {
    expect(problems('kataContainers:\n  shims:\n    qmeu:\n      enabled: "yes"\n')).to.deep.equal([
      'p.yaml:3: there is no shim qmeu; did you mean qemu?',
      'p.yaml:4: kataContainers.shims.qmeu.enabled is "yes"; it must be true or false',
    ])
    expect(problems('kataContainers:\n  version: 3.26\n  shim: {}\n')).to.deep.equal([
      'p.yaml:2: kataContainers.version is 3.26; it must be a release in quotes, such as "3.26.0"',
      'p.yaml:3: in kataContainers there is no key shim; did you mean shims?',
    ])
    expect(problems('clases: []\n')).to.deep.equal(['p.yaml:1: there is no key clases; did you mean classes?'])
    expect(problems('quite: other\n')[0]).to.contain(
      'p.yaml:1: there is no key quite; there are kataVersion, distribution, classes',
    )
  })

  it('tells the right unit from a wrong one', () => {
    const memory = (value: string) => problems(`classes:\n  - name: a\n    defaultMemoryMiB: ${value}\n`)
    expect(memory('256Mi')).to.deep.equal([
      'p.yaml:3: classes.0.defaultMemoryMiB is "256Mi"; it must be a number of MiB: 256',
    ])
    expect(memory('2G')[0]).to.contain('it must be a number of MiB: 2048')
    expect(memory('268435456')[0]).to.contain('looks like bytes; it must be a number of MiB: 256')
    expect(memory('-1')[0]).to.contain('it must be a number of MiB, such as 256')
    expect(problems('classes:\n  - name: a\n    defaultVcpus: 1500m\n')[0]).to.contain(
      'it must be a number of vCPUs: 2',
    )
  })

  it('wants an owner, a reason and an end of every deviation', () => {
    expect(problems('knownDeviations:\n  - behaviour: MEM-5\n    reason: x\n    expires: soon\n')).to.deep.equal([
      'p.yaml:2: knownDeviations.0.behaviour is "MEM-5"; it must be the id of a claim, such as KATA-MEM-005',
      'p.yaml:2: knownDeviations.0.owner is missing; it must be a text',
      'p.yaml:4: knownDeviations.0.expires is "soon"; it must be a day, such as 2027-06-30',
    ])
  })

  it('names the line of what is not YAML, and a file that is not there', () => {
    expect(problems('a: 1\nb: [\nc: }')[0]).to.match(/^p\.yaml:3: /)
    expect(problems('classes: []\nclasses: []\n')).to.deep.equal(['p.yaml:2: duplicated mapping key; it is not YAML'])
    expect(problems('')[0]).to.contain('p.yaml:1: the file is empty')
    expect(problems('- 1\n')[0]).to.contain('not a mapping')
    expect(() => loadProfile('/nowhere/p.yaml')).to.throw(ProfileError, '/nowhere/p.yaml: cannot be read (ENOENT)')
  })
})
