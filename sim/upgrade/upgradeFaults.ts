import type { Departures } from '../faults/departures.ts'

/** How an upgrade of kata-deploy can go, and what the release that it installs can be like; healthy: as upstream says. */
export interface UpgradeCourse {
  /** Of the second Kata node, while the release is installed there. Upstream: containerd restarts, sandboxes run on. */
  sandboxes: 'run on' | 'vms-killed' | 'pods-deleted'
  /** The second Kata node has no way to the new image. */
  secondNodePulls: boolean
  /** What becomes of the second Kata node when its installation begins. */
  secondNode: 'stays' | 'lost'
  /** RuntimeClasses that the new release no longer makes. */
  droppedClasses: readonly string[]
  /** Overhead of the new release's RuntimeClasses, as a multiple of the chart's. */
  overheadFactor: number
  /** How long sandboxes of the new release take to start, as a multiple. */
  coldStartFactor: number
  /** What hypervisors of the new release hold more, MiB, by hypervisor. */
  hypervisorExtraMiB: Readonly<Record<string, number>>
  /** What an installation of an older release than the one before leaves on nodes. */
  rollbackLeaves: 'nothing' | 'files-of-the-newer-release'
  /** Of custom runtimes: the chart's own, written anew. */
  dropIns: 'written' | 'lost'
  /** Knobs of the model that the new release turns. */
  departures: Partial<Departures>
  /** Knobs that are turned before it and after it. */
  throughout: Partial<Departures>
}

const healthyCourse: UpgradeCourse = {
  sandboxes: 'run on',
  secondNodePulls: true,
  secondNode: 'stays',
  droppedClasses: [],
  overheadFactor: 1,
  coldStartFactor: 1,
  hypervisorExtraMiB: {},
  rollbackLeaves: 'nothing',
  dropIns: 'written',
  departures: {},
  throughout: {},
}

const faults: Readonly<Record<string, Partial<UpgradeCourse>>> = {
  'upgrade-kills-vms': { sandboxes: 'vms-killed' },
  'upgrade-deletes-pods': { sandboxes: 'pods-deleted' },
  'upgrade-image-missing-on-second-node': { secondNodePulls: false },
  'upgrade-loses-second-node': { secondNode: 'lost' },
  'upgrade-drops-clh': { droppedClasses: ['kata-clh'] },
  'upgrade-doubles-overhead': { overheadFactor: 2 },
  'upgrade-starts-10-percent-slower': { coldStartFactor: 1.1 },
  'upgrade-starts-10-percent-faster': { coldStartFactor: 0.9 },
  // Shim, virtiofsd and QEMU of the default VM hold 322 MiB together (hostMemory.ts).
  'upgrade-memory-8-percent-more': { hypervisorExtraMiB: { qemu: 26 } },
  'upgrade-loses-drop-ins': { dropIns: 'lost' },
  'upgrade-breaks-sigterm': { departures: { sigtermForwarded: false } },
  'flaky-before-and-after-the-upgrade': { throughout: { lostStreams: ['stderr'], streamsLostOfEvery: 3 } },
  'rollback-leaves-files': { rollbackLeaves: 'files-of-the-newer-release' },
}

export const upgradeFaultNames: readonly string[] = Object.keys(faults)

/** @throws Error for a name that is none, with those that are. */
export function upgradeCourse(names: readonly string[]): UpgradeCourse {
  const course = { ...healthyCourse }
  for (const name of names) {
    const fault = faults[name]
    if (!fault) throw new Error(`there is no upgrade fault "${name}"; there are: ${upgradeFaultNames.join(', ')}`)
    Object.assign(course, fault)
  }
  return course
}
