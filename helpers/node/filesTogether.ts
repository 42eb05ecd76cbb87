import { hostRoot, realFunction } from './hostFile.ts'

/** A file of the host that was read together with others. */
export interface FoundFile {
  /** As it was asked for. */
  readonly path: string
  /** Where that is, links followed. */
  readonly realPath: string
  readonly text: string
}

const script = `${realFunction}
mark=$1 beside=$2
shift 2
show() {
  file=$(real "$1") || return 1
  [ -e "$file" ] || return 0
  printf '\\n%s\\n%s\\n%s\\n' "$mark" "$1" "\${file#${hostRoot}}"
  cat "$file"
}
for path in "$@"; do
  show "$path" || exit 1
  [ -n "$beside" ] && [ -e "$file" ] || continue
  place=\${file#${hostRoot}}
  place=\${place%/*}/$beside
  folder=$(real "$place") || exit 1
  [ -d "$folder" ] || continue
  ls -1A "$folder" | while read -r name; do show "$place/$name" || exit 1; done || exit 1
done
`

/**
 * Prints those of the host files that are there, each after a line that is `mark` and its two paths: one exec instead of one
 * for each file. With `beside`, every file is followed by those of the folder of that name beside where it really is.
 */
export const filesTogetherArgv = (mark: string, paths: readonly string[], beside = ''): string[] => [
  'sh',
  '-c',
  script,
  'probe',
  mark,
  beside,
  ...paths,
]

/** Reads what `filesTogetherArgv` printed. Throws when it does not begin with a mark. */
export function parseFilesTogether(stdout: string, mark: string): FoundFile[] {
  const [before, ...parts] = stdout.split(`\n${mark}\n`)
  if (before !== '') throw new Error(`not a list of files: ${stdout.slice(0, 80)}`)
  return parts.map((part) => {
    const [path = '', realPath = '', ...lines] = part.split('\n')
    return { path, realPath, text: lines.join('\n') }
  })
}
