import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { simulatedRun } from '../mutation/simulatedRun.ts'

const cilium = path.join(import.meta.dirname, '../../sim/scenarios/cilium.yaml')

/** Verdicts by arm, without those of canaries. */
const verdicts = ({ arms }: RunRecord): Record<string, string> =>
  Object.fromEntries(arms.filter(({ role }) => role !== 'canary').map(({ id, verdict }) => [id, verdict]))

describe('networks that are otherwise, and right', function () {
  this.timeout(120_000)
  let folder: string

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-networks-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Cilium's scenario with some words of it replaced. */
  const variation = (...changes: readonly (readonly [string, string])[]): string => {
    const file = path.join(folder, `scenario-${changes.flat().join('-').replace(/\W+/g, '-')}.yaml`)
    const text = changes.reduce((sum, [from, to]) => sum.replace(from, to), readFileSync(cilium, 'utf8'))
    writeFileSync(file, text)
    return file
  }
  const run = async (scenario: string, ...behaviours: string[]) =>
    verdicts(await simulatedRun({ scenario, faults: [], options: { behaviours, classes: ['kata-qemu'] } }))

  it('a CNI that enforces no NetworkPolicy: the environment, not Kata', async () => {
    expect(await run('as-recorded', 'KATA-EBPF-004')).to.deep.equal({
      'KATA-EBPF-004 kata-qemu': 'environment',
      'KATA-EBPF-004 control': 'failed',
    })
  })

  for (const [encapsulation, row] of [
    ['geneve', 'b'],
    ['wireguard', 'c'],
  ] as const)
    it(`${encapsulation}: its own row of the table is observed, the others are not`, async () => {
      const seen = await run(
        variation(['encapsulation: vxlan', `encapsulation: ${encapsulation}`]),
        'KATA-MTU-002',
        'KATA-MTU-003',
        'KATA-MTU-005',
      )
      expect(seen['KATA-MTU-002 kata-qemu']).to.equal('passed')
      expect(seen['KATA-MTU-005 kata-qemu']).to.equal('passed')
      for (const each of ['a', 'b', 'c'])
        expect(seen[`KATA-MTU-003 kata-1 ${each}`], `row ${each}`).to.equal(each === row ? 'passed' : 'skipped')
    })

  it('larger packets, and nothing wrapped', async () => {
    const seen = await run(
      variation(['encapsulation: vxlan', 'encapsulation: none\n  deviceMtu: 9000']),
      'KATA-MTU-001',
      'KATA-MTU-002',
      'KATA-MTU-005',
    )
    expect(seen['KATA-MTU-001 kata-qemu']).to.equal('passed')
    expect(seen['KATA-MTU-002 kata-qemu']).to.equal('skipped')
    expect(seen['KATA-MTU-005 kata-qemu']).to.equal('passed')
  })

  it('Cilium beside kube-proxy: the claims about its own load balancer do not apply', async () => {
    const beside = variation(
      ['kubeProxyReplacement: true', 'kubeProxyReplacement: false'],
      ['socketLb: host-namespace', 'socketLb: everywhere'],
    )
    const seen = await run(beside, 'KATA-CILIUM-001', 'KATA-CILIUM-002', 'KATA-NET-002', 'KATA-NET-003')
    expect(seen).to.include({ 'KATA-CILIUM-001': 'skipped', 'KATA-CILIUM-002': 'skipped' })
    expect(seen).to.include({ 'KATA-NET-002 kata-qemu': 'passed', 'KATA-NET-003 kata-qemu': 'passed' })
  })
})
