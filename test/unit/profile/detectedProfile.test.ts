import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { format, resolveConfig } from 'prettier'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts } from '../../../helpers/facts/facts.ts'
import { detectedProfile } from '../../../helpers/profile/detectedProfile.ts'
import { parseProfile } from '../../../helpers/profile/loadProfile.ts'
import { profileDepartures } from '../../../helpers/profile/profileDepartures.ts'
import { profileSchema } from '../../../helpers/profile/profileSchema.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')
const where =
  'default_memory in [hypervisor.qemu] of /opt/kata/share/custom-runtimes/kata-small/configuration-qemu.toml with 1 drop-in'
const ofClass = (name: string, more: Partial<ClassFacts> = {}) =>
  ({
    name,
    handler: known(name, 'API'),
    defaultMemoryMiB: known(256, where),
    defaultVcpus: known(1, where),
    blockDeviceUse: unknown('no probe'),
    ...more,
  }) as ClassFacts
const facts = {
  kataVersion: known('3.26.0', 'VERSION'),
  distribution: known('RKE2', 'kubelet'),
  classes: [ofClass('kata-qemu', { defaultMemoryMiB: known(2048, 'TOML') }), ofClass('kata-small')],
} as unknown as ClusterFacts

describe('profile of a cluster as it is', () => {
  it('declares what is known, and is a profile', () => {
    const text = detectedProfile(facts, ['fast', 'slow'], [])
    const profile = parseProfile(text, 'detected.yaml')
    expect(profile).to.include({ kataVersion: '3.26.0', distribution: 'rke2', source: 'profile' })
    expect(profile.classes).to.deep.equal([
      { name: 'kata-qemu', handler: 'kata-qemu', defaultMemoryMiB: 2048, defaultVcpus: 1 },
      { name: 'kata-small', handler: 'kata-small', base: 'qemu', defaultMemoryMiB: 256, defaultVcpus: 1 },
    ])
    expect(profile.storageClasses).to.deep.equal({ filesystem: 'fast' })
    expect(text).to.include('# storageClasses: there are also slow')
  })

  it('the cluster does not depart from it', () => {
    expect(profileDepartures(facts, parseProfile(detectedProfile(facts, [], []), 'detected.yaml'))).to.deep.equal([])
  })

  it('leaves out vCPUs that follow the node', () => {
    const allOfTheNode = { ...facts, classes: [ofClass('kata-qemu', { defaultVcpus: known(-1, 'TOML') })] }
    const profile = parseProfile(detectedProfile(allOfTheNode, [], []), 'detected.yaml')
    expect(profile.classes?.[0]).to.not.have.property('defaultVcpus')
    expect(profileDepartures(allOfTheNode, profile)).to.deep.equal([])
  })

  it('leaves out what is not known, and says why', () => {
    const bare = {
      ...facts,
      kataVersion: unknown<string>('nodes disagree'),
      classes: [ofClass('kata-qemu', { promised: 'runc' })],
    }
    const text = detectedProfile(bare, null, ['no node probe: --no-probe'])
    expect(load(text)).to.deep.equal({ distribution: 'rke2', classes: [{ name: 'kata-qemu', handler: 'kata-qemu' }] })
    expect(text).to.include(
      '# no node probe: --no-probe\n# kataVersion: nodes disagree\n# storageClasses: they may not be listed',
    )
  })

  it('another distribution than the declared is a departure', () => {
    const declared = (distribution: string) => parseProfile(`distribution: ${distribution}\n`, 'p.yaml')
    expect(profileDepartures(facts, declared('rke2'))).to.deep.equal([])
    expect(profileDepartures(facts, declared('k3s'))).to.deep.equal([
      'the distribution is RKE2 (kubelet), declared is k3s',
    ])
    const plain = { ...facts, distribution: known('kubernetes', 'no other') }
    expect(profileDepartures(plain, declared('k8s'))).to.deep.equal([])
  })
})

describe('JSON Schema of profiles', () => {
  const file = path.join(root, 'docs', 'profile.schema.json')

  it('is published as the code has it', async () => {
    const options = await resolveConfig(file)
    const current = await format(profileSchema(), { ...options, filepath: file })
    expect(readFileSync(file, 'utf8'), 'kata-conformance profile schema > docs/profile.schema.json').to.equal(current)
  })

  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(profileSchema()) as object)
  for (const name of ['example.yaml', 'guide-3.26.yaml'])
    it(`accepts ${name}`, () => {
      const profile = load(readFileSync(path.join(root, 'fixtures', 'profiles', name), 'utf8'))
      expect(validate(profile), JSON.stringify(validate.errors)).to.equal(true)
    })

  it('refuses a key that no format has', () => {
    expect(validate({ classses: [] })).to.equal(false)
  })
})
