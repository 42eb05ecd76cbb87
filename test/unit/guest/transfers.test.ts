import { expect } from 'chai'
import { fileTransfers, parseFio, secondsOfDd } from '../../../helpers/guest/transfers.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

/** As busybox 1.36 and GNU coreutils print it. */
const ofBusybox = '100+0 records in\n100+0 records out\n104857600 bytes (100.0MB) copied, 1.164000 seconds, 85.9MB/s\n'
const ofCoreutils =
  '100+0 records in\n100+0 records out\n104857600 bytes (105 MB, 100 MiB) copied, 0.0555 s, 1.9 GB/s\n'
const fio = JSON.stringify({ jobs: [{ error: 0, read: { bw_bytes: 0 }, write: { bw_bytes: 90_100_000 } }] })

const podWith = (hasFio: boolean, answer: { stdout: string; stderr: string; exitCode: number }) => {
  const asked: string[] = []
  const pod = {
    name: 'p',
    read: () => Promise.resolve({ stdout: '', stderr: '', exitCode: hasFio ? 0 : 127 }),
    exec(argv: readonly string[]) {
      asked.push(argv.join(' '))
      return Promise.resolve(answer)
    },
  } as unknown as PodHandle
  return { pod, asked }
}

describe('sequential transfers of a file', () => {
  it("read dd's time of busybox and of coreutils, and know when it prints none", () => {
    expect(secondsOfDd(ofBusybox)).to.equal(1.164)
    expect(secondsOfDd(ofCoreutils)).to.equal(0.0555)
    expect(secondsOfDd('100+0 records in\n100+0 records out\n')).to.equal(null)
    expect(secondsOfDd('')).to.equal(null)
  })

  it('are in MB of 1,000,000 bytes, by dd where there is no fio', async () => {
    const { pod, asked } = podWith(false, { stdout: '10.00 1\n11.20 1\n', stderr: ofBusybox, exitCode: 0 })
    const { mbPerSecond, method } = await (await fileTransfers(pod, '/data/f', 100)).write(true)
    expect(mbPerSecond).to.be.closeTo(90.08, 0.01)
    expect(method).to.equal('dd bs=1M conv=fsync, 100 MiB, time as dd prints it')
    expect(asked[0]).to.include('dd if=/dev/zero of=/data/f bs=1M count=100 conv=fsync')
  })

  it("are timed by the kernel's clock where dd prints no time, and the method says so", async () => {
    const { pod } = podWith(false, { stdout: '10.00 1\n12.00 1\n', stderr: '', exitCode: 0 })
    const { mbPerSecond, method } = await (await fileTransfers(pod, '/data/f', 100)).read()
    expect(mbPerSecond).to.be.closeTo(52.43, 0.01)
    expect(method).to.include('clock of the kernel')
  })

  it('are by fio where the image has it', async () => {
    const { pod, asked } = podWith(true, { stdout: `fio: a note\n${fio}`, stderr: '', exitCode: 0 })
    const { mbPerSecond, method } = await (await fileTransfers(pod, '/data/f', 100)).write(false)
    expect(mbPerSecond).to.equal(90.1)
    expect(method).to.match(/^fio --rw=write .*--invalidate=0/)
    expect(asked[0]).to.include('--filename=/data/f')
    expect(asked[0]).to.not.include('end_fsync')
  })

  it('fail with what the tool said', async () => {
    const { pod } = podWith(false, {
      stdout: '',
      stderr: "dd: can't open '/data/f': Read-only file system",
      exitCode: 1,
    })
    const error = await (await fileTransfers(pod, '/data/f', 1)).read().catch((thrown: unknown) => thrown)
    expect((error as Error).message).to.include('Read-only file system')
    expect(() => parseFio('fio: no such file', 'read', 'here')).to.throw('here: no JSON')
    expect(() => parseFio(JSON.stringify({ jobs: [{ error: 28 }] }), 'write', 'here')).to.throw('here: job error 28')
  })
})
