import type { PodHandle } from '../pods/podHandle.ts'

/** A line of /proc/mounts. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: readonly string[]
}

/** What is mounted in the container, in order: a later mount on the same target hides an earlier one. */
export async function mounts(pod: PodHandle): Promise<readonly Mount[]> {
  const { stdout } = await pod.read(['cat', '/proc/mounts'])
  return parseMounts(stdout)
}

/** Parses /proc/mounts; the kernel writes blanks in names as \040. */
export function parseMounts(text: string): readonly Mount[] {
  const plain = (name: string) =>
    name.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [source = '', target = '', type = '', options = ''] = line.split(' ')
      return { source: plain(source), target: plain(target), type, options: options.split(',') }
    })
}

/** The mount that is visible on a target; undefined when nothing is mounted there. */
export const mountOn = (all: readonly Mount[], target: string): Mount | undefined =>
  all.findLast((mount) => mount.target === target)
