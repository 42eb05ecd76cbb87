import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { elapsed, median, writeFlushed } from '../../helpers/guest/copyWork.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { claimVolume } from '../../helpers/objects/claimedVolume.ts'
import { classes, goShim, notConfidential, qemu, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const on = classes(goShim, qemu, sharedByVirtiofs, notConfidential)
const disk = '/dev/xvda'
const file = '/data/file'
const mebibytes = 50
const runs = 5

/** One pod with a volume of each mode, so that both are written by the same VM in turns. */
async function podWithBoth(context: CheckContext<string, unknown>): Promise<PodHandle> {
  const { createPod, runtimeClass } = context
  const [block, files] = [await claimVolume(context, 'Block', 128), await claimVolume(context, 'Filesystem', 128)]
  const pod = await createPod(
    busybox(runtimeClass).claim(block.claim, disk, { device: true }).claim(files.claim, '/data'),
  )
  await expectInVm(context, pod)
  return pod
}

// The guide's dd does not say whether its reads were cached; what is compared is flushed writes, in turns.
behaviour<string, { mode: string; path: string; documented: number }>('KATA-BLOCK-011', {
  on,
  cases: {
    a: { mode: 'Filesystem', path: file, documented: 89.6 },
    b: { mode: 'Block', path: disk, documented: 91.1 },
  },
  pods: () => ({}),
  async check(context) {
    const { case: row, measure, finding, expect } = context
    const pod = await podWithBoth(context)
    const speeds: Record<string, number[]> = { [file]: [], [disk]: [] }
    for (let run = 0; run < runs; run++)
      for (const path of [file, disk])
        speeds[path]?.push((mebibytes * 1.048576) / (await writeFlushed(pod, path, mebibytes)))
    const [own, other] = [median(speeds[row.path] ?? []), median(speeds[row.path === file ? disk : file] ?? [])]
    measure(`write, mode ${row.mode}`, own, 'MB/s')
    finding(`the guide has ${row.documented} MB/s for mode ${row.mode}`)
    expect(own / other, `writes of mode ${row.mode} by those of the other mode`).to.be.within(0.5, 2)
  },
  exclusive: true,
  timeoutMs: 300_000,
  killedBy: {
    'virtiofs-writes-slow': 'writes of mode Filesystem by those of the other mode',
    'block-volume-writes-slow': 'writes of mode',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

/** Writes of 4 KiB, each flushed, as a database's log is. Seconds for all of them. */
async function smallWrites(pod: PodHandle, path: string): Promise<number> {
  const one = `dd if=/dev/zero of=${path} bs=4k count=1 seek=$n conv=fsync,notrunc 2>/dev/null || exit 1`
  const script = `cat /proc/uptime; n=1; while [ $n -le ${writes} ]; do ${one}; n=$((n+1)); done; cat /proc/uptime`
  const { stdout, stderr, exitCode } = await pod.exec(['sh', '-c', script])
  if (exitCode !== 0)
    throw new Error(`small writes to ${path} in pod ${pod.name} ended with ${exitCode}: ${stderr.trim()}`)
  return elapsed(stdout)
}
const writes = 100

// What starting dd takes is in both times, and makes their ratio smaller than that of the latencies.
behaviour('KATA-BLOCK-012', {
  on,
  pods: () => ({}),
  async check(context) {
    const { measure, expect } = context
    const pod = await podWithBoth(context)
    const rounds = { [file]: [] as number[], [disk]: [] as number[] }
    for (let run = 0; run < runs; run++)
      for (const path of [file, disk] as const) rounds[path]?.push(((await smallWrites(pod, path)) / writes) * 1000)
    const [ofFile, ofDisk] = [median(rounds[file] ?? []), median(rounds[disk] ?? [])]
    measure('a flushed write of 4 KiB to a file of the volume', ofFile, 'ms')
    measure('a flushed write of 4 KiB to the disk', ofDisk, 'ms')
    expect(ofDisk, 'ms of a flushed write to the disk, by that to a file').to.be.at.most(ofFile * 1.5)
  },
  exclusive: true,
  timeoutMs: 300_000,
  killedBy: {
    'block-volume-latency-high': 'ms of a flushed write to the disk',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
