import { expect } from 'chai'
import { memTotal, mebibytes, meminfo } from '../../../helpers/guest/meminfo.ts'
import { nproc } from '../../../helpers/guest/cpus.ts'
import { kernel } from '../../../helpers/guest/kernel.ts'
import { sandboxProcesses } from '../../../helpers/node/sandboxProcesses.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import * as applicability from '../../../helpers/oracles/applicability.ts'
import * as figures from '../../../helpers/oracles/documentedFigures.ts'
import { guestKernel } from '../../../helpers/oracles/guestKernel.ts'
import {
  measuredReserve,
  minorRelease,
  possibleMemory,
  roomForContainers,
  visibleMemory,
  type Bounds,
} from '../../../helpers/oracles/guestMemory.ts'
import { hypervisorProcesses } from '../../../helpers/oracles/hypervisorProcesses.ts'
import { hypervisorPaths, shimPath } from '../../../helpers/oracles/kataInstallation.ts'
import {
  cpuLimits,
  memoryModel,
  sandboxMemory,
  sandboxVcpus,
  vcpuCap,
  vcpuModel,
} from '../../../helpers/oracles/sandboxSize.ts'
import { shimFamilyOf } from '../../../helpers/oracles/shimProcesses.ts'
import { exportsOf } from '../observations/exportsOf.ts'
import { kataSandboxIds, nodeProcesses } from '../observations/nodeTexts.ts'
import { NotRecorded, recordedHandle } from '../observations/recordedHandle.ts'
import { askedContainers } from '../observations/recordedTexts.ts'
import { recordedScenarios, type RecordedScenario } from '../pods/recordedScenario.ts'
import { recordedClass, recordedClasses, recordedCluster, recordedNode } from './recordedFacts.ts'
import { valueless } from './valueless.ts'

const kata = recordedScenarios.filter(({ runtimeClass }) => runtimeClass !== null)

interface Sandbox {
  recorded: RecordedScenario
  name: string
  pod: PodHandle
  limitsMiB: number[]
  limitsMillicores: number[]
}

/** Recorded Kata pods with the limits of their manifests. */
const sandboxes: readonly Sandbox[] = kata.flatMap((recorded) =>
  askedContainers(recorded).map(({ pod, container }) => {
    const handle = recordedHandle(recorded, pod, container)
    const { containers } = handle.object.spec as {
      containers: { resources?: { limits?: { cpu?: string; memory?: string } } }[]
    }
    const limits = containers.map(({ resources }) => resources?.limits ?? {})
    return {
      recorded,
      name: `${recorded.file} ${pod}`,
      pod: handle,
      limitsMiB: limits.flatMap(({ memory }) => (memory === undefined ? [] : [Number.parseInt(memory, 10)])),
      limitsMillicores: limits.flatMap(({ cpu }) =>
        cpu === undefined ? [] : [cpu.endsWith('m') ? Number.parseInt(cpu, 10) : Number(cpu) * 1000],
      ),
    }
  }),
)

/** The sandboxes that showed what is asked for, and what they showed. */
async function shown<T>(observe: (pod: PodHandle) => Promise<T>): Promise<(Sandbox & { value: T })[]> {
  const all = await Promise.all(
    sandboxes.map(async (sandbox) => {
      try {
        return [{ ...sandbox, value: await observe(sandbox.pod) }]
      } catch (error) {
        if (error instanceof NotRecorded) return []
        throw error
      }
    }),
  )
  return all.flat()
}

const within = (value: number, { min, max }: Bounds, name: string): void =>
  void expect(value, name).to.be.within(min, max)

/** Functions of helpers/oracles by the test that compares them with a recorded value. */
const compared: string[] = []
const compares = (functions: readonly string[], title: string, test: () => Promise<void> | void): void => {
  compared.push(...functions)
  it(`${functions.join(', ')}: ${title}`, test)
}

describe('oracles against what real Kata showed', () => {
  compares(['guestKernel.guestKernel'], 'the release that guests have', async () => {
    const kernels = await shown(kernel)
    expect(kernels).to.not.be.empty
    for (const { value } of kernels) expect(value.release).to.equal(guestKernel('3.26.0', 'qemu'))
  })

  compares(
    ['guestMemory.visibleMemory', 'guestMemory.possibleMemory', 'sandboxSize.sandboxMemory', 'sandboxSize.memoryModel'],
    'MemTotal of every sandbox',
    async () => {
      const seen = await shown(memTotal)
      expect(seen.length).to.be.at.least(10)
      for (const { recorded, name, limitsMiB, value } of seen) {
        const of = recordedClass(recorded)
        expect(memoryModel(of)).to.equal('hotplug')
        const size = sandboxMemory(of, limitsMiB)
        within(value, visibleMemory('qemu', '3.26.0', size), name)
        within(value, possibleMemory(size), name)
      }
    },
  )

  compares(['sandboxSize.sandboxMemory: exact'], 'hot-plug adds its memory to MemTotal to the KiB', async () => {
    const seen = (await shown(memTotal)).filter(({ recorded }) => recorded.runtimeClass === 'kata-qemu-minimal')
    const bare = seen.find(({ limitsMiB, recorded }) => limitsMiB.length === 0 && recorded.scenario === 'bare')!
    for (const { recorded, name, limitsMiB, value } of seen)
      expect((value - bare.value) * 1024, name).to.equal(
        sandboxMemory(recordedClass(recorded), limitsMiB).hotplugMiB * 1024,
      )
  })

  compares(['guestMemory.measuredReserve', 'guestMemory.minorRelease'], "what the guest's kernel keeps", async () => {
    expect(minorRelease('3.26.0')).to.equal('3.26')
    for (const { recorded, name, limitsMiB, value } of await shown(memTotal)) {
      const { bootMiB, hotplugMiB } = sandboxMemory(recordedClass(recorded), limitsMiB)
      const { reserveMiB, toleranceMiB } = measuredReserve('qemu', bootMiB)!
      expect(bootMiB + hotplugMiB - value, name).to.be.closeTo(reserveMiB, toleranceMiB)
    }
  })

  compares(
    ['guestMemory.roomForContainers', 'documentedFigures.vmHolds'],
    'memory that an idle guest has left',
    async () => {
      for (const { recorded, name, limitsMiB, value } of await shown(meminfo)) {
        if (value.MemAvailable === undefined) continue
        const of = recordedClass(recorded)
        const room = roomForContainers(sandboxMemory(of, limitsMiB))
        // the rule is the guide's figure at 256 MiB; what is plugged costs 1/64 of it in page structures
        expect(room, name).to.be.closeTo(mebibytes(value, 'MemAvailable'), 24)
        for (const limit of limitsMiB.slice(0, limitsMiB.length === 1 ? 1 : 0))
          expect(figures.vmHolds(limit)(of, recordedCluster)).to.equal(true)
      }
    },
  )

  compares(
    ['sandboxSize.sandboxVcpus', 'sandboxSize.vcpuCap', 'sandboxSize.vcpuModel'],
    'CPUs of every sandbox',
    async () => {
      const seen = await shown(nproc)
      expect(seen.length).to.be.at.least(9)
      for (const { recorded, name, limitsMillicores, value } of seen) {
        const of = recordedClass(recorded)
        const node = recordedNode(recorded)
        expect(vcpuModel(of)).to.equal('hotplug')
        expect(vcpuCap(of, node)).to.equal(node.cpus.value)
        expect(sandboxVcpus(of, node, limitsMillicores).total, name).to.equal(value)
      }
    },
  )

  compares(['sandboxSize.cpuLimits'], 'a CPU limit alone is enough', () => {
    for (const of of recordedClasses) expect(cpuLimits(of, '2')).to.deep.equal({ cpu: '2' })
  })

  compares(['hypervisorProcesses.hypervisorProcesses'], 'VMM processes of every sandbox', () => {
    const running = kata.filter((recorded) => kataSandboxIds(recorded).length > 0)
    expect(running).to.not.be.empty
    for (const recorded of running)
      for (const id of kataSandboxIds(recorded))
        expect(sandboxProcesses(id, nodeProcesses(recorded)).hypervisors).to.have.length(
          hypervisorProcesses(recordedClass(recorded)),
        )
  })

  compares(
    ['shimProcesses.shimFamilyOf', 'kataInstallation.shimPath', 'kataInstallation.hypervisorPaths'],
    'paths of the processes of every sandbox',
    () => {
      const processes = kata.flatMap(nodeProcesses)
      const shims = processes.filter(
        ({ comm }) => comm.startsWith('containerd-shim') && comm !== 'containerd-shim-runc',
      )
      const kataShims = shims.filter(({ exe }) => shimFamilyOf(exe) !== null)
      expect(kataShims).to.not.be.empty
      for (const { exe } of kataShims) {
        expect(shimFamilyOf(exe)).to.equal('go')
        expect(exe).to.equal(shimPath('/opt/kata', 'go'))
      }
      const machines = processes.filter(({ comm }) => comm.startsWith('qemu-system'))
      expect(machines).to.not.be.empty
      for (const { exe } of machines) expect(hypervisorPaths('/opt/kata', 'qemu', null)).to.include(exe)
    },
  )

  compares(
    [
      'documentedFigures.defaultMemory',
      'documentedFigures.measuredRelease',
      'documentedFigures.measuredAt',
      'documentedFigures.memoryHotplugged',
      'documentedFigures.cpuRequestsDoNotCount',
      'documentedFigures.largerTwin',
      'documentedFigures.hasLargerTwin',
      'documentedFigures.larger',
    ],
    'which claims are about the recorded classes',
    () => {
      const [large, minimal] = recordedClasses as [(typeof recordedClasses)[0], (typeof recordedClasses)[0]]
      expect(figures.defaultMemory(2048)(large, recordedCluster)).to.equal(true)
      expect(figures.measuredRelease(large, recordedCluster)).to.equal(true)
      expect(figures.measuredAt(256)(minimal, recordedCluster)).to.equal(true)
      expect(figures.memoryHotplugged(minimal, recordedCluster)).to.equal(true)
      expect(figures.largerTwin(minimal, recordedCluster)?.name).to.equal('kata-qemu')
      expect(figures.hasLargerTwin(minimal, recordedCluster)).to.equal(true)
      expect(figures.larger(minimal, recordedCluster)).to.equal('kata-qemu')
      // recorded: a pod with requests alone shows the CPUs of a pod without any
      expect(figures.cpuRequestsDoNotCount(minimal, recordedCluster)).to.equal(true)
    },
  )

  compares(
    [
      'applicability.qemu',
      'applicability.onNode',
      'applicability.notRemote',
      'applicability.hotplugSized',
      'applicability.staticallySized',
      'applicability.goShim',
      'applicability.rustShim',
      'applicability.sharedByVirtiofs',
      'applicability.sharedByVirtiofsd',
      'applicability.notConfidential',
      'applicability.labelledKata',
      'applicability.amd64',
      'applicability.nested',
    ],
    'what the recorded classes and nodes are',
    () => {
      const holds = [
        ...['qemu', 'onNode', 'notRemote', 'hotplugSized', 'goShim', 'notConfidential'],
        ...['sharedByVirtiofs', 'sharedByVirtiofsd'],
      ]
      const conditions = applicability as unknown as Record<string, (facts: unknown, cluster: unknown) => unknown>
      for (const of of recordedClasses) {
        for (const name of holds) expect(conditions[name]!(of, recordedCluster), name).to.equal(true)
        for (const name of ['staticallySized', 'rustShim'])
          expect(conditions[name]!(of, recordedCluster), name).to.have.property('no')
      }
      for (const name of ['labelledKata', 'amd64', 'nested'])
        expect(conditions[name]!(recordedNode(kata[0]!), recordedCluster), name).to.equal(true)
    },
  )

  it('each is compared', async () => {
    const named = compared.filter((name) => !name.includes(':'))
    expect([...named, ...Object.keys(valueless)].sort()).to.deep.equal((await exportsOf('oracles')).sort())
  })
})
