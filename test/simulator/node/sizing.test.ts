import { expect } from 'chai'
import { healthy, type Departures } from '../../../sim/faults/departures.ts'
import { departuresOf } from '../../../sim/faults/faultDepartures.ts'
import { guestMemTotalKiB } from '../../../sim/shims/guestMemory.ts'
import { demandOf } from '../../../sim/shims/demand.ts'
import { shimConfig, type ShimConfig } from '../../../sim/shims/shimConfig.ts'
import { sizeAfterHotplug, sizeAtStart } from '../../../sim/shims/sizing.ts'

const node = { cpus: 16, memoryMiB: 65536 }
const minimal = { ...shimConfig({}), defaultMemoryMiB: 256 }
const mib = 1024 * 1024

/** The VM of a pod once all its containers run, each with [millicores, MiB]. */
function size(
  config: ShimConfig,
  containers: [number, number][],
  departures: Departures = healthy,
  capacity = node,
  language: 'go' | 'rust' = 'go',
) {
  const demands = containers.map(([cpuMillicores, memory]) => ({ cpuMillicores, memoryBytes: memory * mib }))
  let vm = sizeAtStart(config, language, demandOf(demands), capacity, departures)
  const boot = vm
  demands.forEach(
    (_, index) => (vm = sizeAfterHotplug(config, vm, demandOf(demands.slice(0, index + 1)), capacity, departures)),
  )
  return { boot, ...vm }
}

describe('sizing by hot-plug', () => {
  const cpuRows: [title: string, containers: [number, number][], vcpus: number][] = [
    ['no limit', [[0, 0]], 1],
    ['500m', [[500, 0]], 2],
    ['1', [[1000, 0]], 2],
    ['1500m', [[1500, 0]], 3],
    ['2', [[2000, 0]], 3],
    ['4', [[4000, 0]], 5],
    [
      '500m + 500m: one rounding over the sum',
      [
        [500, 0],
        [500, 0],
      ],
      2,
    ],
    [
      '600m + 600m',
      [
        [600, 0],
        [600, 0],
      ],
      3,
    ],
    [
      '750m + 500m',
      [
        [750, 0],
        [500, 0],
      ],
      3,
    ],
  ]
  for (const [title, containers, vcpus] of cpuRows) {
    it(`cpu ${title}: ${vcpus} vCPUs, one of them at boot`, () => {
      const vm = size(minimal, containers)
      expect(vm.vcpus).to.equal(vcpus)
      expect(vm.boot.vcpus).to.equal(1)
    })
  }

  it('never has more vCPUs than the node has CPUs (recorded: 1500m on 2 CPUs gives 2)', () => {
    expect(size(minimal, [[1500, 0]], healthy, { cpus: 2, memoryMiB: 8192 }).vcpus).to.equal(2)
  })

  const memoryRows: [title: string, limits: number[], memoryMiB: number][] = [
    ['no limit', [0], 256],
    ['128', [128], 384],
    ['256', [256], 512],
    ['512', [512], 768],
    ['100, in a block of 128', [100], 384],
    ['128 + 256', [128, 256], 640],
    ['100 + 100: the first block has room for 28', [100, 100], 512],
  ]
  for (const [title, limits, memoryMiB] of memoryRows) {
    it(`memory ${title} MiB: a VM of ${memoryMiB}`, () => {
      const vm = size(
        minimal,
        limits.map((limit) => [0, limit]),
      )
      expect(vm.memoryMiB).to.equal(memoryMiB)
      expect(vm.boot.memoryMiB).to.equal(256)
    })
  }

  it('keeps what the recorded kernels kept of the RAM', () => {
    expect(guestMemTotalKiB('qemu', 256, 0)).to.equal(168_436)
    expect(guestMemTotalKiB('qemu', 2048, 0)).to.equal(1_971_920)
    expect(guestMemTotalKiB('cloud-hypervisor', 2048, 0) / 1024).to.be.closeTo(1988, 0.1)
  })
})

describe('static sizing', () => {
  const fixed = { ...shimConfig({}), staticSizing: true }
  const withOverhead = { ...fixed, overhead: { vcpus: 0.2, memoryMiB: 32 } }
  const rows: [
    title: string,
    config: ShimConfig,
    language: 'go' | 'rust',
    container: [number, number],
    vcpus: number,
    memoryMiB: number,
  ][] = [
    ['Go (kata-fc): default plus limits', fixed, 'go', [1500, 256], 3, 2304],
    ['Rust 3.32: the CPU limit replaces the default', fixed, 'rust', [1500, 256], 2, 2304],
    ['Rust 3.32 without limits', fixed, 'rust', [0, 0], 1, 2048],
    ['Rust 4.0: limits plus overhead', withOverhead, 'rust', [1500, 600], 2, 632],
    ['Rust 4.0: 2 CPUs and 0.2 are 3', withOverhead, 'rust', [2000, 512], 3, 544],
    ['Rust 4.0 with a memory limit alone', withOverhead, 'rust', [0, 512], 1, 544],
    ['Rust 4.0 with a CPU limit alone', withOverhead, 'rust', [1000, 0], 2, 32],
    ['Rust 4.0 without limits', withOverhead, 'rust', [0, 0], 1, 2048],
  ]
  for (const [title, config, language, container, vcpus, memoryMiB] of rows) {
    it(title, () => {
      const vm = size(config, [container], healthy, node, language)
      expect(vm.boot).to.deep.equal({ vcpus, memoryMiB })
      expect({ vcpus: vm.vcpus, memoryMiB: vm.memoryMiB }).to.deep.equal(vm.boot)
    })
  }
})

describe('faults of sizing', () => {
  const rows: [
    fault: string,
    containers: [number, number][],
    expected: { boot?: object; vcpus?: number; memoryMiB?: number },
  ][] = [
    ['memory-hotplug-ignored', [[1000, 256]], { memoryMiB: 256, vcpus: 2 }],
    ['memory-hotplug-one-block-more', [[0, 256]], { memoryMiB: 640 }],
    ['memory-boots-with-limits', [[1000, 100]], { boot: { vcpus: 1, memoryMiB: 356 }, memoryMiB: 356, vcpus: 2 }],
    ['qemu-without-memory-slots', [[0, 256]], { boot: { vcpus: 1, memoryMiB: 512 }, memoryMiB: 512 }],
    ['vcpu-hotplug-ignored', [[2000, 256]], { vcpus: 1, memoryMiB: 512 }],
    ['vcpu-one-more', [[500, 0]], { vcpus: 3 }],
    ['vcpu-one-more', [[0, 0]], { vcpus: 1 }],
    [
      'vcpus-rounded-per-container',
      [
        [500, 0],
        [500, 0],
      ],
      { vcpus: 3 },
    ],
    ['vcpus-boot-with-limits', [[2000, 256]], { boot: { vcpus: 3, memoryMiB: 256 }, vcpus: 3, memoryMiB: 512 }],
    ['vcpus-capped-at-four', [[4000, 0]], { vcpus: 4 }],
  ]
  for (const [fault, containers, expected] of rows) {
    it(`${fault}: ${JSON.stringify(containers)}`, () => {
      expect(size(minimal, containers, departuresOf([fault]))).to.deep.include(expected)
    })
  }
})
