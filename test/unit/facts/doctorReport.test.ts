import { expect } from 'chai'
import { doctorReport, type PlannedCheck } from '../../../cli/doctorReport.ts'
import { doctorText } from '../../../cli/doctorText.ts'
import { detectFacts } from '../../../helpers/facts/detectFacts.ts'
import { nodeInMemory } from '../node/host.ts'
import { clusterOfObjects } from './clusterOfObjects.ts'
import { kataNode, kataQemu, runtimeClass } from './objects.ts'

const check = (behaviour: string, subject: string | null, skipped: string | null): PlannedCheck => ({
  behaviour,
  chapter: behaviour.split('-')[1] ?? '',
  subject,
  skipped,
})

describe('doctor', () => {
  const checks = [
    check('KATA-MEM-001', 'kata-qemu', null),
    check('KATA-MEM-001', 'kata-qemu-minimal', 'sizing is unknown: handler kata-qemu-minimal'),
    check('KATA-MEM-002', 'kata-qemu', 'sizing is unknown: handler kata-qemu'),
    check('KATA-PREREQ-002', 'n1', null),
    check('KATA-RTCLASS-013', null, null),
  ]
  const objects = [kataNode('n1'), kataQemu, runtimeClass('kata-qemu-minimal')]

  it('counts what can run by chapter and subject, and says once what is missing on several', async () => {
    const facts = await detectFacts(clusterOfObjects(objects), { probes: () => null })
    const report = doctorReport(facts, checks)
    expect(report.chapters).to.deep.equal([
      { chapter: 'MEM', checks: 3, runnable: { 'kata-qemu': 1 } },
      { chapter: 'PREREQ', checks: 1, runnable: { n1: 1 } },
      { chapter: 'RTCLASS', checks: 1, runnable: { cluster: 1 } },
    ])
    expect(report.missing).to.deep.equal([
      {
        reason: 'sizing is unknown: handler of this name',
        checks: 2,
        subjects: ['kata-qemu-minimal', 'kata-qemu'],
        behaviours: ['KATA-MEM-001', 'KATA-MEM-002'],
      },
    ])
    expect([report.runnable, report.planned]).to.deep.equal([3, 5])
  })

  it('prints remedies for a node without KVM, and question marks for what is unknown', async () => {
    const { probe } = await nodeInMemory({
      '/etc/containerd/config.toml': 'version = 2\n',
      '/proc/cpuinfo': 'flags : fpu hypervisor\n',
      '/sys/class/dmi/id/sys_vendor': 'QEMU\n',
    })
    const facts = await detectFacts(clusterOfObjects(objects), { probes: () => probe })
    const text = doctorText(facts, doctorReport(facts, checks), ['a note'])
    expect(text).to.contain('REMEDY FOR n1 (/dev/kvm does not exist; the suite does none of this itself)')
    expect(text).to.contain('qm set <vmid> --cpu host')
    expect(text).to.contain('CHECKS THAT CAN RUN: 3 of 5')
    expect(text).to.match(/^kata-qemu +\? +\? +\? /m)
    expect(text).to.contain('- a note')
    expect(text).to.match(
      /^NOT KATA\n- RuntimeClass kata-qemu: containerd on n1 has no runtime kata-qemu .*: its pods will not start\n/,
    )
  })
})
