import { MachineError } from '../machineError.ts'
import { find } from '../fs/files.ts'
import type { Device } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { UsageError, options } from './applet.ts'
import type { Applet } from './applet.ts'

const SYS_ADMIN = 21

/** losetup of busybox: -f [FILE], LOOPDEV FILE, -d LOOPDEV, -a. */
export const losetup: Applet = async (process, argv) => {
  const given = options(argv, 'adcfrPo:')
  const loops = [...process.kernel.disks].filter(({ spec }) => /^loop\d+$/.test(spec.name))
  if (given.has('a') || argv.length === 1) {
    for (const { spec, backingPath } of loops)
      if (backingPath !== undefined) await process.out(`/dev/${spec.name}: 0 ${backingPath}\n`)
    return 0
  }
  const free = loops.find(({ backingPath }) => backingPath === undefined)
  if (given.has('f') && given.rest.length === 0) {
    if (!free) return refuse(process, 'no free loop devices')
    await process.out(`/dev/${free.spec.name}\n`)
    return 0
  }
  const [path, file] = given.has('f') ? [`/dev/${free?.spec.name}`, given.rest[0]] : given.rest
  if (path === undefined || (file === undefined && !given.has('d'))) throw new UsageError('')
  try {
    if (!process.can(SYS_ADMIN)) throw new MachineError('EPERM', 'Operation not permitted')
    const device = deviceAt(process, path)
    if (given.has('d')) process.kernel.disks.detachLoop(device)
    else attach(process, device, file as string)
    return 0
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    return refuse(process, `${path}: ${error.message}`)
  }
}

function attach(process: Process, device: Device, path: string): void {
  const found = find(process, path)
  if (found.inode.kind !== 'file') throw new MachineError('EINVAL', 'Invalid argument')
  process.kernel.disks.attachLoop(device, found.inode, found.path)
}

function deviceAt(process: Process, path: string): Device {
  const { inode } = find(process, path)
  if (inode.kind !== 'blockDevice') throw new MachineError('ENOTBLK', 'Block device required')
  return inode
}

async function refuse(process: Process, message: string): Promise<number> {
  await process.err(`losetup: ${message}\n`)
  return 1
}
