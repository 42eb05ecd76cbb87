import type { PodHandle } from '../pods/podHandle.ts'

/** An entry of /sys/block that has a size: a loop device without a file has none. */
export interface BlockDevice {
  readonly name: string
  /** major:minor */
  readonly numbers: string
  readonly sizeBytes: number
  /** Of a SCSI disk ("QEMU"); empty for others. */
  readonly vendor: string
  /** Serial number or world-wide id, as far as the disk has one. */
  readonly identity: string
}

/** Prints the entries of the directory "$file" (a /sys/block) that have a size, one a line, fields parted by |. */
export const blockDevicesScript = `for disk in "$file"/*; do
  size=$(cat "$disk/size" 2>/dev/null) || continue
  [ "$size" = 0 ] && continue
  vendor=$(cat "$disk/device/vendor" 2>/dev/null)
  # Where a disk keeps them depends on its driver.
  identity=$(cat "$disk/serial" "$disk/device/serial" "$disk/wwid" "$disk/device/wwid" 2>/dev/null)
  echo "\${disk##*/}|$(cat "$disk/dev")|$size|$vendor|"$identity
done`

const sectorBytes = 512

/** The disks that the kernel of a container has: of its guest, or of its node. */
export async function blockDevices(pod: PodHandle): Promise<readonly BlockDevice[]> {
  const { stdout } = await pod.read(['sh', '-c', `file=/sys/block\n${blockDevicesScript}`])
  return parseBlockDevices(stdout)
}

/** Throws when a line is not what the script prints. */
export const parseBlockDevices = (text: string): readonly BlockDevice[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', numbers = '', sectors = '', vendor = '', identity = ''] = line
        .split('|')
        .map((one) => one.trim())
      if (!/^\d+$/.test(sectors)) throw new Error(`no line of a disk: ${line}`)
      return { name, numbers, sizeBytes: Number(sectors) * sectorBytes, vendor, identity }
    })
