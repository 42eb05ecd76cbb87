import type { CheckContext } from '../../helpers/behaviour.ts'
import { inBlocks, type Measured, measuredOnce, type Reading } from '../../helpers/figures/inBlocks.ts'
import { fileTransfers, type Transfer } from '../../helpers/guest/transfers.ts'
import { claimVolume } from '../../helpers/objects/claimedVolume.ts'
import { type GuideTable, guideRow } from '../../helpers/oracles/guideFigures.ts'
import { pod } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import type { ComparedSide } from './sides.ts'

const mebibytes = 100
const file = '/data/kata-conformance-disk'

/**
 * Sequential transfers of 100 MiB to a volume of mode Filesystem, the same for all sides in turn.
 * @param purged flushed writes, and reads after the guest's page cache was emptied (the guide's second table); else as they come (its first)
 */
export function transfers(
  context: CheckContext<'watcher', unknown>,
  by: string,
  { purged, sides }: { readonly purged: boolean; readonly sides: readonly ComparedSide[] },
): Promise<Measured> {
  const { facts } = context
  const what = `disk ${String(purged)} ${sides.map(({ runtimeClass }) => runtimeClass ?? '').join(' ')}`
  return measuredOnce(facts.cluster, what, by, async () => {
    const { claim, of } = await claimVolume(context, 'Filesystem', 512)
    return inBlocks(context, context.pods.watcher, {
      sides,
      pod(name) {
        const mounted = pod('disk', name).command(['sleep', '3601']).claim(claim, '/data')
        return purged ? mounted.privileged() : mounted
      },
      measure: (fresh, side) => (purged ? flushedAndPurged(fresh, side, of) : asTheyCome(fresh, side, of)),
    })
  })
}

async function asTheyCome(fresh: PodHandle, side: ComparedSide, volume: string): Promise<Reading[]> {
  const on = await fileTransfers(fresh, file, mebibytes)
  const reading = readings('io_seq_100MB_pvc', side, volume)
  return [
    reading('disk-write', 'write', await on.write(false)),
    reading('disk-read', 'read', await on.read(), 'right after it was written'),
  ]
}

async function flushedAndPurged(fresh: PodHandle, side: ComparedSide, volume: string): Promise<Reading[]> {
  const on = await fileTransfers(fresh, file, mebibytes)
  const reading = readings('io_fdatasync_drop_caches', side, volume)
  const flushed = reading('disk-write-flushed', 'write', await on.write(true))
  const purgedReads: Reading[] = []
  // From a pod of the default runtime it would be the node's cache, for which everything there would pay.
  if (side.runtimeClass !== undefined) {
    await purge(fresh)
    purgedReads.push(
      reading('disk-read-purged', 'read_purged', await on.read(), "after the guest's page cache was purged"),
    )
  }
  return [
    flushed,
    ...purgedReads,
    reading('disk-read-cached', 'read_cached', await on.read(), 'of what was just read or written'),
  ]
}

/** Clean pages alone are dropped: what was written has to be flushed before. Throws when the guest refuses. */
async function purge(guest: PodHandle): Promise<void> {
  const { exitCode, stderr } = await guest.exec(['sh', '-c', 'sync; echo 3 > /proc/sys/vm/drop_caches'])
  if (exitCode !== 0) throw new Error(`the page cache of the guest of pod ${guest.name} stays: ${stderr.trim()}`)
}

/** A transfer as a figure in MB/s, beside the guide's of that column. */
const readings =
  (table: GuideTable, { facts }: ComparedSide, volume: string) =>
  (metric: string, column: string, { mbPerSecond, method }: Transfer, when = ''): Reading => {
    const documented = guideRow(table, facts)?.[column]
    return {
      metric,
      unit: 'MB/s',
      better: 'higher',
      method: `${method}${when === '' ? '' : `, ${when}`}; volume of ${volume}`,
      documented: typeof documented === 'number' ? documented : null,
      value: mbPerSecond,
    }
  }
