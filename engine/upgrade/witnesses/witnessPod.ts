import { busybox } from '../../../helpers/pods/pod.ts'
import type { PodSpec } from '../../../helpers/pods/podSpec.ts'
import type { WitnessKind } from '../../../reports/record/upgradeJournal.ts'

/** Small: what a witness asks of its node beside the class's overhead. */
export const witnessRequests = { cpu: '10m', memory: '32Mi' } as const

export const blockDevice = '/dev/witness'
export const writerFile = '/witness/lines'
export const stopFile = '/tmp/stop'
export const streamPort = 7070

/**
 * Each second: a numbered line with the guest's time is written and flushed, to the file and, where there is one, to the block volume; then it is said
 * on standard output that it was. What was said to be written must be there afterwards. A new start begins with its boot_id, so that the numbers of two
 * lives are told apart.
 */
function writer(kinds: readonly WitnessKind[]): string {
  const block = kinds.includes('block')
    ? `; echo "$n" | dd of=${blockDevice} bs=512 seek=$n count=1 conv=notrunc,fsync,sync 2>/dev/null || echo "block-failed $n"`
    : ''
  return [
    'b=$(cat /proc/sys/kernel/random/boot_id)',
    'echo "start $b"',
    'n=1',
    `while :; do t=$(date +%s); echo "$b $n" | dd of=${writerFile} oflag=append conv=notrunc,fsync 2>/dev/null${block}; echo "wrote $n $t"; n=$((n+1)); sleep 1; done`,
  ].join('; ')
}

/** A pod of the class that is a sandbox to look at, and writes. @param claim of a block volume, when it has one */
export function writerPod(runtimeClass: string, kinds: readonly WitnessKind[], claim: string | null): PodSpec {
  const plain = busybox(runtimeClass)
    .script(writer(kinds))
    .requests(witnessRequests)
    .restartPolicy('Always')
    .emptyDir('/witness')
  return (claim === null ? plain : plain.claim(claim, blockDevice, { device: true })).build()
}

/** Sends a numbered line each second over the first connection that comes. */
export const serverPod = (runtimeClass: string): PodSpec =>
  busybox(runtimeClass)
    .script(
      `n=1; while :; do echo "$n $(date +%s)"; n=$((n+1)); sleep 1; done | nc -l -p ${streamPort}; echo "connection over"; while :; do sleep 3601; done`,
    )
    .requests(witnessRequests)
    .restartPolicy('Always')
    .build()

/** Says each line that it got, with its own time. Its standard input stays open: at its end nc would tell the other side that it is over. */
export const clientPod = (runtimeClass: string, server: string): PodSpec =>
  busybox(runtimeClass)
    .script(
      `(sleep 8640000 &) | nc ${server} ${streamPort} | while read n t; do echo "got $n $(date +%s)"; done; echo "connection over"; while :; do sleep 3601; done`,
    )
    .requests(witnessRequests)
    .restartPolicy('Always')
    .build()
