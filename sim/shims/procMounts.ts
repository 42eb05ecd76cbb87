import type { Departures } from '../faults/departures.ts'

/** What the agent allows to be mounted over (rustjail mount.rs check_proc_mount): containers/runc#2128, CVE-2019-16884. */
const allowed = ['cpuinfo', 'diskstats', 'meminfo', 'stat', 'swaps', 'uptime', 'loadavg', 'net/dev'].map(
  (file) => `/proc/${file}`,
)

/** A mount that the agent is asked to make at a destination at or below /proc. */
export interface ProcMount {
  destination: string
  /** The source is a procfs (the guest's own /proc). */
  sourceIsProc: boolean
  sourceIsFile: boolean
}

/**
 * @returns the agent's words when it refuses the mount, null when it makes it. Documented: check_proc_mount. As recorded on 3.26.0: every
 * destination that exists is mounted over, another one fails with ENOENT.
 */
export function refusedProcMount(
  mount: ProcMount,
  mode: 'documented' | 'as-recorded',
  destinationExists: boolean,
  departures: Pick<Departures, 'procDestinationsRefusedToo' | 'procDestinations' | 'directoryOnProc'>,
): string | null {
  const { destination } = mount
  if (destination !== '/proc' && !destination.startsWith('/proc/')) return null
  if (departures.procDestinationsRefusedToo.includes(destination)) return insideProc(destination)
  if (destination === '/proc') {
    if (mount.sourceIsProc || mode === 'as-recorded') return null
    const accepted = departures.directoryOnProc === 'accepted' && !mount.sourceIsFile
    return accepted ? null : `${destination} cannot be mounted to ${destination} because it is not of type proc`
  }
  if (departures.procDestinations === 'all-files-accepted' && mount.sourceIsFile) return null
  if (mode === 'as-recorded') return destinationExists ? null : 'ENOENT: No such file or directory'
  return allowed.includes(destination) ? null : insideProc(destination)
}

function insideProc(destination: string): string {
  return `${destination} cannot be mounted because it is inside /proc`
}
