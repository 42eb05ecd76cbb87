import { known, unknown, type Fact } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'
import type { RecordedScenario } from '../pods/recordedScenario.ts'

const recorded = <T>(value: T): Fact<T> => known(value, 'recorded')

/** The classes as they were configured when they were recorded (recordings/README of Kata 3.26.0: Go shim, QEMU, sizing by hot-plug). */
const defaults: Readonly<Record<string, number>> = {
  'kata-qemu': 2048,
  'kata-qemu-minimal': 256,
  'kata-qemu-block-minimal': 256,
}

export const recordedClasses: readonly ClassFacts[] = Object.entries(defaults).map(
  ([name, defaultMemoryMiB]) =>
    ({
      name,
      nodes: ['kata-node'],
      shim: recorded('go'),
      hypervisor: recorded('qemu'),
      sizing: recorded('hotplug'),
      defaultVcpus: recorded(1),
      defaultMemoryMiB: recorded(defaultMemoryMiB),
      maxVcpus: recorded(0),
      sharedFs: recorded('virtio-fs'),
      confidential: recorded(false),
      // what the recorded pods could see of them: kernel_params reached the guest
      enabledAnnotations: recorded(['kernel_params']),
      blockDeviceUse: recorded(true),
      emptyDir: recorded('guest'),
      sandboxOverheadVcpus: unknown('not in 3.26'),
      sandboxOverheadMiB: unknown('not in 3.26'),
    }) as unknown as ClassFacts,
)

export const recordedClass = ({ runtimeClass }: RecordedScenario): ClassFacts =>
  recordedClasses.find(({ name }) => name === runtimeClass)!

export const recordedCluster = {
  kataVersion: recorded('3.26.0'),
  classes: recordedClasses,
} as unknown as ClusterFacts

/** All nodes of Kata's recordings had one CPU, but two for cpu*. */
export const recordedNode = ({ scenario }: RecordedScenario): NodeFacts =>
  ({
    name: 'kata-node',
    cpus: recorded(scenario.startsWith('cpu') ? 2 : 1),
    kata: recorded(true),
    architecture: recorded('amd64'),
    nested: recorded(true),
  }) as unknown as NodeFacts
