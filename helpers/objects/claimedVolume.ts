import type { CheckContext } from '../behaviour.ts'
import { persistentVolume } from './persistentVolume.ts'
import { persistentVolumeClaim } from './persistentVolumeClaim.ts'

/** A claim that pods of the arm mount by its name. */
export interface ClaimedVolume {
  readonly claim: string
  /** Where it comes from, for the report. */
  readonly of: string
  /** Text that it begins with, of a device of the suite's own: what is written to shows it first. Null for a new volume of a StorageClass. */
  readonly magic: string | null
}

type Context = Pick<CheckContext<string, unknown>, 'facts' | 'createObject' | 'changes' | 'finding'>

/**
 * A claim for a volume: of the StorageClass that fits, or of a volume that the suite makes on the arm's node (a loop device over a file, or a folder, below
 * /var/tmp). A volume of a StorageClass may be larger than was asked. For claims whose `needs` has storageclass:block or storageclass:filesystem; which of the two it was is a finding.
 */
let count = 0

export async function claimVolume(
  context: Context,
  mode: 'Block' | 'Filesystem',
  sizeMiB: number,
): Promise<ClaimedVolume> {
  count += 1
  const { facts, createObject, finding } = context
  const fact = mode === 'Block' ? facts.cluster.storageClassBlock : facts.cluster.storageClassFilesystem
  const storageClass = fact?.value
  if (storageClass) {
    // mkfs.xfs refuses less than 300 MB, and clouds have a least size: many drivers take no smaller claim.
    const size = `${Math.max(1024, sizeMiB)}Mi`
    const claim = await createObject(`claim-${count}`, persistentVolumeClaim({ storageClass, volumeMode: mode, size }))
    finding(`a volume of StorageClass ${storageClass} (${fact.how})`)
    return { claim: claim.name, of: storageClass, magic: null }
  }
  const size = `${sizeMiB}Mi`
  const { changes } = context
  const made = mode === 'Block' ? await changes.blockDevice(sizeMiB) : await changes.folder()
  const { path } = made
  const volume = await createObject(
    `volume-${count}`,
    persistentVolume({ node: facts.node.name, path, volumeMode: mode, size }),
  )
  const claim = await createObject(
    `claim-${count}`,
    persistentVolumeClaim({ storageClass: '', volumeMode: mode, size, volumeName: volume.name }),
  )
  finding(`a volume of the suite's own: ${path} of the node`)
  return { claim: claim.name, of: path, magic: 'magic' in made ? made.magic : null }
}
