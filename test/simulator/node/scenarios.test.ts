import { expect } from 'chai'
import { builtInScenarios, loadScenario, parseScenario } from '../../../sim/scenarios/loadScenario.ts'
import { kataVersions } from '../../../sim/shims/kataRelease.ts'

const text = `name: one
about: a node
kubernetesVersion: v1.34.4
kataVersion: 3.26.0
containerdVersion: 1.7.24
nodes:
  - name: a
    cpus: 2
    memoryMiB: 8192
    kernel: 6.12.0
    kata: true
    virtualization: vmx
    kvm: usable
    nested: false
    vendor: QEMU
    product: PC
runtimeClasses:
  - {shim: go, hypervisor: qemu}
`

describe('scenarios', () => {
  for (const name of builtInScenarios) {
    it(`${name} can be loaded`, async () => {
      expect((await loadScenario(name)).name).to.equal(name)
    })
  }

  it('documented has the classes of the guide, with the overheads of the chart', async () => {
    const { runtimeClasses } = await loadScenario('documented')
    expect(runtimeClasses.map(({ name, overhead }) => `${name} ${overhead?.memory}`)).to.deep.equal([
      'kata-qemu 160Mi',
      'kata-qemu-runtime-rs 160Mi',
      'kata-clh 130Mi',
      'kata-cloud-hypervisor 130Mi',
      'kata-dragonball 130Mi',
      'kata-fc 130Mi',
      'kata-qemu-minimal 160Mi',
      'kata-qemu-block-minimal 160Mi',
    ])
  })

  for (const kataVersion of kataVersions) {
    it(`documented exists for Kata ${kataVersion}`, async () => {
      const scenario = await loadScenario('documented', { kataVersion })
      const names = scenario.runtimeClasses.map(({ name }) => name)
      const [major = 0, minor = 0] = kataVersion.split('.').map(Number)
      const renamed = major > 3 || minor >= 30
      expect(names.includes('kata-cloud-hypervisor')).to.equal(!renamed)
      expect(names.includes('kata-clh-runtime-rs')).to.equal(renamed)
      expect(names.includes('kata-qemu-minimal')).to.equal(kataVersion !== '3.25.0')
      expect(scenario.runtimeClasses[0]?.overhead?.memory).to.equal(major > 3 ? '320Mi' : '160Mi')
    })
  }

  const wrong: [title: string, from: string, to: string, message: string][] = [
    [
      'a value of the wrong kind',
      'cpus: 2',
      'cpus: many',
      'f.yaml:8: nodes.0.cpus: Invalid input: expected number, received string',
    ],
    [
      'a missing key',
      '    kernel: 6.12.0\n',
      '',
      'f.yaml:7: nodes.0.kernel: Invalid input: expected string, received undefined',
    ],
    ['an unknown key', 'cpus: 2', 'cpus: 2\n    cpu: 2', 'f.yaml:7: nodes.0: Unrecognized key: "cpu"'],
    [
      'a version that is not modelled',
      'kataVersion: 3.26.0',
      'kataVersion: 3.24.0',
      'f.yaml:4: kataVersion: Invalid option',
    ],
    [
      'an item of a list in flow style',
      'hypervisor: qemu',
      'hypervisor: xen',
      'f.yaml:18: runtimeClasses.0.hypervisor: Invalid option',
    ],
    ['what is not YAML', 'cpus: 2', 'cpus: [2', 'f.yaml:9: not YAML'],
  ]
  for (const [title, from, to, message] of wrong) {
    it(`tells file and line of ${title}`, () => {
      expect(() => parseScenario(text.replace(from, to), 'f.yaml')).to.throw(message)
    })
  }

  it('tells the nearest fault', () => {
    expect(() => parseScenario(`${text}faults: [node-without-kmv]\n`, 'f.yaml')).to.throw(
      'f.yaml:19: faults.0: there is no fault "node-without-kmv"; the nearest is "node-without-kvm"',
    )
  })

  it('tells which scenarios there are', async () => {
    let message = ''
    await loadScenario('nope').catch((error: Error) => (message = error.message))
    expect(message).to.equal(`nope: ENOENT. Give a YAML file or one of: ${builtInScenarios.join(', ')}.`)
  })
})
