import { blockDevicesScript } from '../guest/blockDevices.ts'

/**
 * Where the host's root is mounted in the probe pod. Links are followed as the host would follow them: an absolute link
 * below /host (k3s: data/current, Debian: /var/run) would otherwise lead into the probe's own image.
 */
export const hostRoot = '/host'

/** Exit status by which the scripts below say that the host has no such file. */
export const noSuchFile = 44

/** Shell function `real PATH`: the path below /host that the host's PATH leads to. Says so and fails on a loop of links. */
export const realFunction = `real() {
  rest=$1; out=; hops=0
  while [ -n "$rest" ]; do
    part=\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
    case $part in ''|.) continue ;; ..) out=\${out%/*}; continue ;; esac
    if [ -L "${hostRoot}$out/$part" ]; then
      hops=$((hops + 1)); [ $hops -gt 40 ] && { echo "too many links: $1" >&2; return 1; }
      link=$(readlink "${hostRoot}$out/$part")
      case $link in /*) out= ;; esac
      rest=$link/$rest
    else
      out=$out/$part
    fi
  done
  printf '%s' "${hostRoot}$out"
}
`

const found = `file=$(real "$1") || exit 1
[ -e "$file" ] || exit ${noSuchFile}
`

/** A script that finds in `$file` where the host's `path` is below /host, and ends with `noSuchFile` when nothing is there. */
export const hostScript = (body: string, path: string): string[] => [
  'sh',
  '-c',
  realFunction + found + body,
  'probe',
  path,
]

/** Prints a host file. */
export const catArgv = (path: string): string[] => hostScript('exec cat "$file"', path)

/** Prints the names in a host directory, hidden ones too, one a line. */
export const listArgv = (path: string): string[] => hostScript('exec ls -1A "$file"', path)

/** Prints where a host path really is, links followed, as the host names it. */
export const realPathArgv = (path: string): string[] => hostScript(`printf '%s' "\${file#${hostRoot}}"`, path)

/** Prints the SHA-256 of a host file and a name. */
export const sha256Argv = (path: string): string[] => hostScript('exec sha256sum "$file"', path)

/** Prints the disks of the host, as `blockDevicesScript` does in a guest. */
export const blockDevicesArgv = (): string[] => hostScript(blockDevicesScript, '/sys/block')

/** Prints how many KiB the files below a host directory take. */
export const useArgv = (path: string): string[] => hostScript('exec du -sk "$file"', path)

/** The number that `du` begins with. Throws when there is none. */
export function parseFirstNumber(stdout: string): number {
  const number = /^\d+/.exec(stdout)?.[0]
  if (number === undefined) throw new Error(`no number: ${stdout.trim()}`)
  return Number(number)
}

/** Prints size in bytes, allocated blocks and bytes a block. */
export const sizeArgv = (path: string): string[] => hostScript('exec stat -c "%s %b %B" "$file"', path)

/** Reads what `sizeArgv` printed. Null when it is something else. */
export function parseSize(stdout: string): { apparent: number; allocated: number } | null {
  const match = /^(\d+) (\d+) (\d+)\s*$/.exec(stdout)
  if (!match) return null
  return { apparent: Number(match[1]), allocated: Number(match[2]) * Number(match[3]) }
}
