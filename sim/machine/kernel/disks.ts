import type { BlockDeviceSpec } from '../machine.ts'
import { MachineError } from '../machineError.ts'
import { type Device, type Inode, regularFile, type RegularFile } from '../fs/inode.ts'
import type { RootFiles } from '../fs/machineFiles.ts'
import type { Timers } from './timers.ts'

export interface Disk {
  spec: BlockDeviceSpec
  sizeBytes: number
  readonly: boolean
  file: RegularFile
  /** Of a loop device that a file is behind: its path as it was opened. */
  backingPath?: string
}

const LOOP_MAJOR = 7

const keyOf = ({ major, minor }: Pick<Device, 'major' | 'minor'>): string => `${major}:${minor}`

/** The block devices of a machine. */
export class Disks {
  readonly #timers: Timers
  readonly #all = new Map<string, Disk>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  [Symbol.iterator](): Iterator<Disk> {
    return this.#all.values()
  }

  add(spec: BlockDeviceSpec): void {
    const place = spec.backing ? (spec.backing.files.inodeOf(spec.backing.path) as Inode | null) : null
    const below = place?.kind === 'blockDevice' ? (spec.backing?.files as RootFiles).kernel.disks.of(place) : undefined
    const file = below?.file ?? (place?.kind === 'file' ? place : regularFile('', this.#timers.now()))
    const sizeBytes = spec.sizeBytes ?? below?.sizeBytes ?? file.content.size
    this.#all.set(keyOf(spec), { spec, sizeBytes, readonly: spec.readonly ?? false, file })
  }

  remove({ spec }: Disk): void {
    this.#all.delete(keyOf(spec))
  }

  /** Puts a file behind a loop device. @throws MachineError EBUSY when another is there, ENXIO for no loop device */
  attachLoop(device: Device, file: RegularFile, path: string): void {
    const loop = this.of(device)
    if (device.major !== LOOP_MAJOR || !loop) throw new MachineError('ENXIO', 'No such device or address')
    if (loop.backingPath !== undefined) throw new MachineError('EBUSY', 'Device or resource busy')
    this.#all.set(keyOf(device), { ...loop, sizeBytes: file.content.size, file, backingPath: path })
  }

  /** @throws MachineError ENXIO when no file is behind it */
  detachLoop(device: Device): void {
    const loop = this.of(device)
    if (loop?.backingPath === undefined) throw new MachineError('ENXIO', 'No such device or address')
    const { backingPath: _, ...free } = loop
    this.#all.set(keyOf(device), { ...free, sizeBytes: 0, file: regularFile('', this.#timers.now()) })
  }

  /** The disk that a device node stands for. */
  of(device: Pick<Device, 'major' | 'minor'>): Disk | undefined {
    return this.#all.get(keyOf(device))
  }

  named(name: string): Disk | undefined {
    return [...this].find(({ spec }) => spec.name === name)
  }
}
