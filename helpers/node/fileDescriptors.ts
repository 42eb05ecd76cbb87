/** Prints the open files of one process with what they lead to. */
export const fileDescriptorsArgv = (pid: number): string[] => ['ls', '-l', `/proc/${pid}/fd`]

/** Targets in the order of their numbers, for instance anon_inode:kvm-vcpu:0, /dev/kvm, socket:[1234]. */
export function parseFileDescriptors(listing: string): string[] {
  return listing
    .split('\n')
    .map((line) => /\s(\d+) -> (.+)$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ number: Number(match[1]), target: match[2] ?? '' }))
    .sort((a, b) => a.number - b.number)
    .map((each) => each.target)
}
