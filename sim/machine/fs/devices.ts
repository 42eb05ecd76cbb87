import { randomBytes } from 'node:crypto'
import { MachineError } from '../machineError.ts'
import type { Process } from '../kernel/process.ts'
import { ZEROS } from './content.ts'
import type { Device } from './inode.ts'
import type { OpenFile } from './openFile.ts'
import { nullFile } from './streams.ts'

const RANDOM_BLOCK_BYTES = 1024 * 1024
let randomBlock: Uint8Array | null = null
const ALWAYS_ALLOWED = new Set(['c1:3', 'c1:5', 'c1:7', 'c1:8', 'c1:9', 'c5:0', 'c5:1', 'c5:2'])

/** Opens what a device node stands for: nodes of the same numbers are the same device. @throws MachineError ENXIO, EPERM, ENODEV… */
export function openDevice(process: Process, inode: Device, path: string): OpenFile {
  const { kernel } = process
  const key = `${inode.kind === 'blockDevice' ? 'b' : 'c'}${inode.major}:${inode.minor}`
  const devices = process.context.devices
  if (devices && !ALWAYS_ALLOWED.has(key) && !devices.has(key) && inode.major !== 136)
    throw new MachineError('EPERM', 'Operation not permitted')
  const refusal = kernel.deviceErrors.get(key)
  if (refusal) throw refusal
  if (inode.kind === 'blockDevice') return openDisk(process, inode, path)
  switch (key) {
    case 'c1:3':
      return nullFile(path)
    case 'c1:5':
      return endless(path, 'zero')
    case 'c1:7':
      return { ...endless(path, 'zero'), write: () => fail('ENOSPC', 'No space left on device') }
    case 'c1:8':
    case 'c1:9':
      return endless(path, 'random')
    case 'c1:11':
      return kernelLog(process, path)
    case 'c5:0':
      return terminal(process)
    default:
      return kernel.deviceNumbers.has(key) ? nullDevice(path) : fail('ENXIO', 'No such device or address')
  }
}

function fail(errno: string, message: string): never {
  throw new MachineError(errno, message)
}

/** A device that opens and has nothing to read: /dev/kvm, /dev/vhost-vsock. */
function nullDevice(path: string): OpenFile {
  return {
    references: 0,
    read: () => fail('EINVAL', 'Invalid argument'),
    write: () => fail('EINVAL', 'Invalid argument'),
    close: () => undefined,
    describe: () => path,
  }
}

function endless(path: string, kind: 'zero' | 'random'): OpenFile {
  return {
    references: 0,
    endless: kind,
    read: (max) => (kind === 'zero' ? ZEROS.subarray(0, Math.min(max, ZEROS.length)) : random(max)),
    write: () => undefined,
    close: () => undefined,
    describe: () => path,
    sink: true,
  }
}

/** Small reads are really random; large ones are parts of one random block, for their volume's sake. */
function random(max: number): Uint8Array {
  if (max <= 4096) return randomBytes(max)
  randomBlock ??= randomBytes(RANDOM_BLOCK_BYTES)
  const from = Math.floor(Math.random() * (RANDOM_BLOCK_BYTES / 2))
  return randomBlock.subarray(from, Math.min(from + max, RANDOM_BLOCK_BYTES))
}

function terminal(process: Process): OpenFile {
  for (const file of process.fds.values()) if (file.tty) return file
  return fail('ENXIO', 'No such device or address')
}

function kernelLog(process: Process, path: string): OpenFile {
  const { kernel } = process
  let next = 0
  return {
    references: 0,
    read() {
      const entry = kernel.log_.entries[next++]
      if (!entry) return null
      return Buffer.from(`6,${next - 1},${Math.round(entry.at * 1000)},-;${entry.text}\n`)
    },
    write(data) {
      const text = Buffer.from(data)
        .toString()
        .replace(/\n$/, '')
        .replace(/^<\d+>/, '')
      kernel.log(text)
      kernel.spec.reaches?.kernelMessage?.(text)
    },
    close: () => undefined,
    describe: () => path,
  }
}

function openDisk(process: Process, inode: Device, path: string): OpenFile {
  const disk = process.kernel.disks.of(inode)
  if (!disk) return fail('ENXIO', 'No such device or address')
  const { file: backing } = disk
  const file: OpenFile = {
    references: 0,
    position: 0,
    read(max) {
      const at = file.position ?? 0
      if (at >= disk.sizeBytes) return null
      const data = backing.content.read(at, Math.min(max, disk.sizeBytes - at))
      const got = data.length > 0 ? data : ZEROS.subarray(0, Math.min(max, disk.sizeBytes - at, ZEROS.length))
      file.position = at + got.length
      return got
    },
    write(data) {
      const at = file.position ?? 0
      if (disk.readonly) return fail('EPERM', 'Operation not permitted')
      if (at + data.length > disk.sizeBytes) return fail('ENOSPC', 'No space left on device')
      backing.content.write(at, data)
      file.position = at + data.length
    },
    close: () => undefined,
    describe: () => path,
  }
  return file
}
