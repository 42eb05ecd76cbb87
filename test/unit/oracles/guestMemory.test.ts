import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts } from '../../../helpers/facts/facts.ts'
import {
  cpuRequestsDoNotCount,
  defaultMemory,
  hasLargerTwin,
  largerTwin,
  measuredAt,
  measuredRelease,
  memoryHotplugged,
  vmHolds,
} from '../../../helpers/oracles/documentedFigures.ts'
import { possibleMemory, roomForContainers, visibleMemory } from '../../../helpers/oracles/guestMemory.ts'

/** A guest of a release, on a node of an architecture. */
const guestOf = (version: string | null, architecture = 'amd64') => ({
  cluster: { kataVersion: version === null ? unknown<string>('test') : known(version, 'test') },
  node: { architecture: known(architecture, 'test') },
})

const within = (value: number, { min, max }: { min: number; max: number }): boolean => value >= min && value <= max

describe('memory that a guest shows', () => {
  it('is what was recorded on 3.26.0, in MiB', () => {
    const recorded = [
      [256, 0, 164.5],
      [256, 128, 292.5],
      [256, 256, 420.5],
      [256, 384, 548.5],
      [256, 512, 676.5],
      [2048, 0, 1925.9],
    ] as const
    for (const [bootMiB, hotplugMiB, total] of recorded) {
      expect(within(total, visibleMemory('qemu', guestOf('3.26.0'), { bootMiB, hotplugMiB })), `${total}`).to.equal(
        true,
      )
    }
  })

  it('tells QEMU from VMMs with half the reserve', () => {
    const size = { bootMiB: 2048, hotplugMiB: 0 }
    expect(within(1988, visibleMemory('cloud-hypervisor', guestOf('3.26.0'), size))).to.equal(true)
    expect(within(1988, visibleMemory('qemu', guestOf('3.26.0'), size))).to.equal(false)
    expect(within(1924, visibleMemory('dragonball', guestOf('3.26.0'), size))).to.equal(false)
  })

  it('is bounded by physics for other releases, sizes and VMMs', () => {
    const size = { bootMiB: 512, hotplugMiB: 0 }
    for (const bounds of [
      visibleMemory('qemu', guestOf('4.0.0'), size),
      visibleMemory('firecracker', guestOf('3.26.0'), size),
      visibleMemory('qemu', guestOf(null), size),
      visibleMemory('qemu', guestOf('3.26.0', 'arm64'), size),
    ]) {
      expect(bounds).to.deep.equal(possibleMemory(size))
      expect(within(420, bounds)).to.equal(true)
      expect(within(513, bounds)).to.equal(false)
      expect(within(300, bounds)).to.equal(false)
    }
  })

  it('leaves room for containers: 126 of 256 MiB', () => {
    expect(roomForContainers({ bootMiB: 256, hotplugMiB: 0 })).to.equal(126)
    expect(roomForContainers({ bootMiB: 256, hotplugMiB: 256 })).to.equal(382)
  })
})

const of = (name: string, defaultMemoryMiB: number, more: object = {}): ClassFacts =>
  ({
    name,
    nodes: ['node-1'],
    shim: known('go', 'test'),
    hypervisor: known('qemu', 'test'),
    sizing: known('hotplug', 'test'),
    confidential: known(false, 'test'),
    defaultMemoryMiB: known(defaultMemoryMiB, 'test'),
    sandboxOverheadMiB: unknown('test'),
    sandboxOverheadVcpus: unknown('test'),
    ...more,
  }) as unknown as ClassFacts

const cluster = (kataVersion: string, ...classes: ClassFacts[]): ClusterFacts =>
  ({ kataVersion: known(kataVersion, 'kata-runtime --version'), classes }) as unknown as ClusterFacts

describe('where the guide’s figures apply', () => {
  const small = of('kata-qemu-minimal', 256)
  const large = of('kata-qemu', 2048)

  it('is a release, a size and a VMM', () => {
    expect(measuredRelease(small, cluster('3.25.0'))).to.equal(true)
    expect(measuredRelease(small, cluster('3.29.0'))).to.deep.equal({
      no: 'the release of Kata is "3.29.0" (kata-runtime --version)',
    })
    expect(defaultMemory(256)(large, cluster('3.26.0'))).to.deep.equal({ no: 'default_memory is 2048 (test)' })
    expect(
      measuredAt(2048)(of('kata-clh', 2048, { hypervisor: known('cloud-hypervisor', 'test') }), cluster('3.26.0')),
    ).to.equal(true)
    expect(
      measuredAt(256)(of('kata-clh', 256, { hypervisor: known('cloud-hypervisor', 'test') }), cluster('3.26.0')),
    ).to.not.equal(true)
  })

  it('compares a class with one that differs by its memory alone', () => {
    const others = [
      of('kata-clh', 2048, { hypervisor: known('cloud-hypervisor', 'test') }),
      of('elsewhere', 2048, { nodes: ['node-2'] }),
      small,
    ]
    expect(largerTwin(small, cluster('3.26.0', ...others, large))?.name).to.equal('kata-qemu')
    expect(largerTwin(small, cluster('3.26.0', ...others))).to.equal(null)
    expect(hasLargerTwin(large, cluster('3.26.0', small, large))).to.deep.equal({
      no: 'no class has the same shim and VMM and four times its default_memory of 2048 MiB',
    })
  })

  it('knows a VM that is full before the limit is reached', () => {
    const rust40 = of('kata-qemu-runtime-rs', 2048, {
      shim: known('rust', 'test'),
      sizing: known('static', 'test'),
      sandboxOverheadMiB: known(32, 'test'),
    })
    expect(vmHolds(256)(small, cluster('3.26.0'))).to.equal(true)
    expect(vmHolds(256)(rust40, cluster('4.0.0'))).to.deep.equal({
      no: 'its VM of 288 MiB for a limit of 256 MiB leaves about 157 MiB to containers: full before the limit',
    })
    expect(vmHolds(256)(of('x', 256, { sizing: unknown('no node probe') }), cluster('3.26.0'))).to.deep.equal({
      unknown: 'the size of its VM is unknown: no node probe',
    })
  })

  it('knows who plugs memory, and who counts requests', () => {
    const rust = (sizing: string) =>
      of('rust', 2048, { shim: known('rust', 'test'), sizing: known(sizing, 'static_sandbox_resource_mgmt') })
    expect(memoryHotplugged(small, cluster('3.26.0'))).to.equal(true)
    expect(memoryHotplugged(rust('hotplug'), cluster('3.26.0'))).to.deep.equal({
      no: 'its VM boots with the memory of its limits (the Rust shim adds the limits to default_memory before the VM starts), nothing is plugged',
    })
    expect(memoryHotplugged(rust('static'), cluster('3.32.0'))).to.deep.equal({
      no: 'its VM boots with the memory of its limits (static_sandbox_resource_mgmt), nothing is plugged',
    })
    expect(cpuRequestsDoNotCount(rust('hotplug'), cluster('3.26.0'))).to.equal(true)
    expect(cpuRequestsDoNotCount(rust('static'), cluster('4.0.0'))).to.have.property('no')
  })
})
