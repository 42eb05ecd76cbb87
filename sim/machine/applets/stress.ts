import type { Program } from '../fs/inode.ts'
import { byteCount } from './applet.ts'
import { duration } from './basic.ts'

/** stress(1) and the part of stress-ng that is the same: workers that compute (--cpu) or hold memory (--vm). */
export const stress: Program['run'] = async (process, argv) => {
  const value = (...names: string[]) => {
    for (const [index, word] of argv.entries()) {
      for (const name of names) {
        if (word === name) return argv[index + 1]
        if (word.startsWith(`${name}=`)) return word.slice(name.length + 1)
      }
    }
    return undefined
  }
  const cpus = Number(value('--cpu', '-c') ?? 0)
  const vms = Number(value('--vm', '-m') ?? 0)
  const kib = byteCount((value('--vm-bytes') ?? '256M').toUpperCase().replace('B', ''), 'stress') / 1024
  const limit = duration(value('--timeout', '-t') ?? 'infinity') ?? Infinity
  if (cpus + vms === 0) {
    await process.err(
      "`stress' imposes certain types of compute stress on your system\n\nUsage: stress [OPTION [ARG]] ...\n",
    )
    return 1
  }
  await process.out(`stress: info: [${process.ownPid}] dispatching hogs: ${cpus} cpu, 0 io, ${vms} vm, 0 hdd\n`)
  const workers = [...Array<number>(cpus).fill(0), ...Array<number>(vms).fill(kib)].map((hold) => {
    const worker = process.fork()
    void worker.run(async () => {
      await Promise.resolve()
      if (hold > 0) worker.grow(hold)
      await worker.burn(Infinity)
      return 0
    })
    return worker
  })
  let failed = false
  let over = false
  await process.block<void>((resolve) => {
    const stop = Number.isFinite(limit)
      ? process.kernel.timers.after(limit, () => {
          over = true
          resolve(undefined)
        })
      : undefined
    for (const worker of workers) {
      worker.onExit(() => {
        failed ||= !over && worker.status !== 0
        if (failed || workers.every((other) => other.dead)) resolve(undefined)
      })
    }
    return stop
  })
  for (const worker of workers) worker.terminate('TERM')
  if (!failed)
    await process.out(`stress: info: [${process.ownPid}] successful run completed in ${Math.round(limit / 1000)}s\n`)
  else
    await process.err(
      `stress: FAIL: [${process.ownPid}] (415) <-- worker got signal 9\nstress: FAIL: [${process.ownPid}] (451) failed run completed\n`,
    )
  return failed ? 1 : 0
}
