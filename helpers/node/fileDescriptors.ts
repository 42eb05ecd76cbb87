/** Prints the open files of one process with what they lead to. One that is closed meanwhile is left out; that it is not there is no failure of the list. */
export const fileDescriptorsArgv = (pid: number): string[] => ['sh', '-c', script, 'probe', String(pid)]

const script = `ls -l "/proc/$1/fd" 2>/dev/null
[ -d "/proc/$1/fd" ] || { echo 'it has ended' >&2; exit 1; }`

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
