import { expect } from 'chai'
import { createClock } from '../../../sim/clock.ts'
import { recordedGuest, recordedMounts, run, startRecorded } from './recordedPod.ts'

describe('machine: transfers of files', () => {
  const speeds = { write: 50e6, read: 200e6, again: 1000e6 }

  /** MB/s of dd's own time, of what it moved. */
  async function dd(container: Parameters<typeof run>[0], operands: string): Promise<number> {
    const { stdout } = await run(container, `dd ${operands} 2>&1`)
    const [, bytes, seconds] = /(\d+) bytes .* copied, ([\d.]+) s/.exec(stdout) ?? []
    return Number(bytes) / Number(seconds) / 1e6
  }

  const started = (flushed: number, container: Parameters<typeof startRecorded>[1] = {}) => {
    const machine = recordedGuest({
      clock: createClock(Infinity),
      transferBytesPerSecond: { virtiofs: speeds },
      flushBytesPerSecond: { virtiofs: flushed },
    })
    return { machine, ...startRecorded(machine, container) }
  }

  it('write, and read what is cached, as fast as the file system is said to be', async () => {
    const { machine, container } = started(25e6)
    expect(await dd(container, 'if=/dev/zero of=/f bs=1M count=20')).to.be.closeTo(50, 1)
    expect(await dd(container, 'if=/f of=/dev/null bs=1M')).to.be.closeTo(1000, 50)
    machine.powerOff()
  })

  it('take the time of a flush as a whole, writing included', async () => {
    const { machine, container } = started(25e6)
    expect(await dd(container, 'if=/dev/zero of=/f bs=1M count=20')).to.be.closeTo(50, 1)
    const script = 'cat /proc/uptime; dd if=/dev/zero of=/f bs=1M count=20 conv=fsync 2>/dev/null; cat /proc/uptime'
    const [before = 0, after = 0] = (await run(container, script)).stdout.match(/^[\d.]+/gm)?.map(Number) ?? []
    expect(after - before).to.be.closeTo((20 * 1.048576) / 25, 0.05)
    machine.powerOff()
  })

  it('read from the disk what the page cache was purged of, and from the cache once more', async () => {
    const mounts = recordedMounts().filter(({ destination }) => !destination.startsWith('/proc/'))
    const { machine, container } = started(25e6, { privileged: true, capabilities: ['ALL'], mounts })
    await dd(container, 'if=/dev/zero of=/f bs=1M count=20')
    expect((await run(container, 'echo 3 > /proc/sys/vm/drop_caches')).exit).to.equal(0)
    expect(await dd(container, 'if=/f of=/dev/null bs=1M')).to.be.closeTo(200, 5)
    expect(await dd(container, 'if=/f of=/dev/null bs=1M')).to.be.closeTo(1000, 50)
    machine.powerOff()
  })
})
