import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts, Hypervisor, ShimFamily } from '../../../helpers/facts/facts.ts'
import { comparableClass, comparableWith, nameOfComparable } from '../../../helpers/oracles/comparableClass.ts'
import { guideClass, guideRow, guideTable, inGuideTable } from '../../../helpers/oracles/guideFigures.ts'

const classOf = (name: string, shim: ShimFamily, hypervisor: Hypervisor, memory = 2048, nodes = ['n1']): ClassFacts =>
  ({
    name,
    nodes,
    shim: known(shim, 'TOML'),
    hypervisor: known(hypervisor, 'TOML'),
    defaultMemoryMiB: known(memory, 'TOML'),
    confidential: known(false, 'name'),
  }) as unknown as ClassFacts

const clusterOf = (...classes: ClassFacts[]): ClusterFacts => ({ classes }) as unknown as ClusterFacts

describe("the guide's figures", () => {
  it('have a row for each class that it measured', () => {
    expect(guideTable('idle_memory_default_2048').map((row) => row.class)).to.deep.equal([
      'crun',
      'kata-dragonball',
      'kata-clh',
      'kata-qemu-runtime-rs',
      'kata-qemu',
    ])
    expect(guideTable('start_time').find((row) => row.class === 'kata-qemu')?.['no_pvc']).to.equal(4.9)
    expect(guideTable('network_same_node_iperf3')).to.have.length(6)
  })

  it('are found by shim, hypervisor and size, not by name', () => {
    expect(guideClass(undefined)).to.equal('crun')
    expect(guideClass(classOf('anything', 'go', 'qemu'))).to.equal('kata-qemu')
    expect(guideClass(classOf('kata-qemu', 'rust', 'dragonball'))).to.equal('kata-dragonball')
    expect(guideClass(classOf('kata-qemu', 'go', 'qemu', 256))).to.equal(null)
    expect(guideRow('idle_memory_default_2048', classOf('x', 'go', 'cloud-hypervisor'))?.['total']).to.equal(212)
  })

  it('have none for others, and none where facts are unknown', () => {
    const condition = inGuideTable('idle_memory_default_2048')
    expect(condition(classOf('x', 'go', 'qemu'), clusterOf())).to.equal(true)
    expect(condition(classOf('x', 'go', 'firecracker'), clusterOf())).to.deep.equal({
      no: "the guide's table has no row for go shim, firecracker and default_memory = 2048",
    })
    const blind = { ...classOf('x', 'go', 'qemu'), shim: unknown('no probe') } as ClassFacts
    expect(condition(blind, clusterOf())).to.have.property('unknown').which.includes('no probe')
  })
})

describe('a class to compare with', () => {
  const own = classOf('own', 'rust', 'qemu')
  const goQemu = { shim: 'go', hypervisor: 'qemu' } as const

  it('has the same default_memory and a node of its own', () => {
    const small = classOf('small', 'go', 'qemu', 256)
    const elsewhere = classOf('elsewhere', 'go', 'qemu', 2048, ['n2'])
    const twin = classOf('twin', 'go', 'qemu')
    expect(comparableClass(own, clusterOf(own, small, elsewhere, twin), goQemu)?.name).to.equal('twin')
    expect(nameOfComparable(own, clusterOf(twin), goQemu)).to.equal('twin')
    expect(comparableWith(goQemu)(own, clusterOf(twin))).to.equal(true)
  })

  it('or is told to be missing', () => {
    expect(comparableWith(goQemu)(own, clusterOf(own))).to.deep.equal({
      no: 'no class of the Go shim with qemu has default_memory = 2048 to compare with',
    })
    expect(() => nameOfComparable(own, clusterOf(own), goQemu)).to.throw('no class of the Go shim with qemu')
  })
})
