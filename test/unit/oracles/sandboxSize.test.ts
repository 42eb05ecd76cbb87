import { expect } from 'chai'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, NodeFacts } from '../../../helpers/facts/facts.ts'
import {
  cpuLimits,
  memoryModel,
  sandboxMemory,
  sandboxVcpus,
  vcpuCap,
  vcpuModel,
} from '../../../helpers/oracles/sandboxSize.ts'

const classFacts = (values: Partial<Record<keyof ClassFacts, unknown>>): ClassFacts => {
  const defaults = { shim: 'go', sizing: 'hotplug', defaultVcpus: 1, defaultMemoryMiB: 2048, maxVcpus: 0 }
  const facts = Object.entries({ ...defaults, ...values }).map(([name, value]) => [name, known(value, 'test')])
  const none = { sandboxOverheadVcpus: unknown('test'), sandboxOverheadMiB: unknown('test') }
  return { ...none, ...Object.fromEntries(facts) } as ClassFacts
}
const node = (cpus: number, more: Partial<Record<keyof NodeFacts, string>> = {}): NodeFacts =>
  ({
    name: 'n1',
    cpus: known(cpus, 'test'),
    architecture: known(more.architecture ?? 'amd64', 'test'),
    cpuManagerPolicy: known(more.cpuManagerPolicy ?? 'none', 'test'),
  }) as unknown as NodeFacts

const minimal = classFacts({ defaultMemoryMiB: 256 })
const goStatic = classFacts({ sizing: 'static' })
const rust331 = classFacts({ shim: 'rust' })
const rust332 = classFacts({ shim: 'rust', sizing: 'static' })
const rust40 = classFacts({ shim: 'rust', sizing: 'static', sandboxOverheadVcpus: 0.2, sandboxOverheadMiB: 32 })

describe('memory of a sandbox', () => {
  it('is plugged on top of default_memory, in blocks: as recorded on 3.26.0', () => {
    for (const [limits, plugged] of [
      [[128], 128],
      [[256], 256],
      [[512], 512],
      [[100], 128],
      [[128, 256], 384],
      [[], 0],
    ] as const) {
      expect(sandboxMemory(minimal, limits)).to.deep.equal({ bootMiB: 256, hotplugMiB: plugged })
    }
  })

  it('is rounded up once over the sum, and to the block that the guest has', () => {
    expect(sandboxMemory(minimal, [100, 100]).hotplugMiB).to.equal(256)
    expect(sandboxMemory(minimal, [100], 32).hotplugMiB).to.equal(128)
    expect(sandboxMemory(minimal, [100], 1024).hotplugMiB).to.equal(1024)
  })

  it('is there at boot where sizing is static', () => {
    expect(sandboxMemory(goStatic, [256])).to.deep.equal({ bootMiB: 2304, hotplugMiB: 0 })
    expect(sandboxMemory(rust332, [100])).to.deep.equal({ bootMiB: 2148, hotplugMiB: 0 })
  })

  it('is limit and overhead with the Rust shim from 4.0, and the default without limits', () => {
    expect(sandboxMemory(rust40, [256])).to.deep.equal({ bootMiB: 288, hotplugMiB: 0 })
    expect(sandboxMemory(rust40, [])).to.deep.equal({ bootMiB: 2048, hotplugMiB: 0 })
  })
})

describe('vCPUs of a sandbox', () => {
  const total = (of: ClassFacts, limits: readonly number[], cpus = 16): number =>
    sandboxVcpus(of, node(cpus), limits).total

  it('are the guide’s table', () => {
    const rows = [
      [[], 1],
      [[1000], 2],
      [[500], 2],
      [[1500], 3],
      [[2000], 3],
      [[4000], 5],
    ] as const
    for (const [limits, vcpus] of rows) expect(total(minimal, limits), limits.join()).to.equal(vcpus)
  })

  it('are capped at the node: 2 for limits of 1500m and 2 on a node of two CPUs (recorded)', () => {
    for (const limits of [[500], [1000], [1500], [2000], [600, 600]]) expect(total(minimal, limits, 2)).to.equal(2)
    expect(total(classFacts({ maxVcpus: 4 }), [8000])).to.equal(4)
    expect(total(classFacts({ maxVcpus: 32 }), [8000], 4)).to.equal(4)
  })

  it('are no more than a VM of the shim bears', () => {
    expect(vcpuCap(minimal, node(256))).to.equal(240)
    expect(vcpuCap(minimal, node(256, { architecture: 'arm64' }))).to.equal(123)
    expect(vcpuCap(rust331, node(384))).to.equal(256)
  })

  it('are those of the node where default_vcpus is negative', () => {
    expect(total(classFacts({ defaultVcpus: -1 }), [], 8)).to.equal(8)
  })

  it('are not known without limits where the kubelet gives containers a cpuset', () => {
    const pinned = node(16, { cpuManagerPolicy: 'static' })
    expect(() => sandboxVcpus(minimal, pinned, [])).to.throw(
      "vCPUs without limits is unknown: the kubelet's CPU manager on n1 gives them a cpuset",
    )
    expect(sandboxVcpus(minimal, pinned, [2000]).total).to.equal(3)
  })

  it('are rounded up once over the sum', () => {
    expect(total(minimal, [500, 500])).to.equal(2)
    expect(total(minimal, [750, 500])).to.equal(3)
    expect(total(minimal, [100, 200, 700])).to.equal(2)
  })

  it('are all there at boot where sizing is static', () => {
    expect(sandboxVcpus(minimal, node(16), [2000])).to.deep.equal({ boot: 1, total: 3 })
    expect(sandboxVcpus(goStatic, node(16), [2000])).to.deep.equal({ boot: 3, total: 3 })
  })

  it('are limit and overhead with the Rust shim from 4.0', () => {
    expect(total(rust40, [])).to.equal(1)
    expect(total(rust40, [500])).to.equal(1)
    expect(total(rust40, [1000])).to.equal(2)
    expect(total(rust40, [1200])).to.equal(2)
  })

  it('need memory beside them where a limit of CPU alone makes a VM of 32 MiB', () => {
    expect(cpuLimits(minimal, '500m')).to.deep.equal({ cpu: '500m' })
    expect(cpuLimits(rust40, '500m')).to.deep.equal({ cpu: '500m', memory: '512Mi' })
  })
})

describe('sizing model', () => {
  const all = [minimal, rust331, goStatic, rust332, rust40]

  it('of vCPUs follows the effective configuration, not the shim’s name', () => {
    expect(all.map(vcpuModel)).to.deep.equal(['hotplug', 'hotplug', 'boot', 'boot', 'overhead'])
  })

  it('of memory is never hot-plug with the Rust shim', () => {
    expect(all.map(memoryModel)).to.deep.equal(['hotplug', 'boot', 'boot', 'boot', 'overhead'])
    expect(sandboxMemory(rust331, [256])).to.deep.equal({ bootMiB: 2304, hotplugMiB: 0 })
  })

  it('is not guessed', () => {
    expect(() => vcpuModel({ ...minimal, sizing: unknown('no node probe') })).to.throw(
      'sizing is unknown: no node probe',
    )
  })
})
