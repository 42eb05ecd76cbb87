import { hostScript } from './hostFile.ts'

/** A file of the host as `stat` shows it. */
export interface FileStatus {
  /** In stat's words: regular file, directory, socket… Links are followed. */
  readonly kind: string
  /** Permission bits. */
  readonly mode: number
  readonly bytes: number
}

/** A regular file below a folder. */
export interface ListedFile {
  /** Relative to the folder, without a leading `./`. */
  readonly path: string
  readonly mode: number
  readonly bytes: number
}

/** Prints permissions, size and kind of a host file. */
export const statusArgv = (path: string): string[] => hostScript(`exec stat -c '%a|%s|%F' "$file"`, path)

/** Reads what `statusArgv` printed. Null when it is something else. */
export function parseStatus(stdout: string): FileStatus | null {
  const match = /^([0-7]+)\|(\d+)\|(.+?)\s*$/.exec(stdout)
  if (!match) return null
  return { mode: Number.parseInt(match[1] ?? '', 8), bytes: Number(match[2]), kind: match[3] ?? '' }
}

/** Prints every regular file below a host folder, one a line. Links are not followed: what they lead to is listed where it is. */
export const inventoryArgv = (folder: string): string[] =>
  hostScript(`cd "$file" && exec find . -type f -exec stat -c '%a|%s|%n' {} +`, folder)

/** Reads what `inventoryArgv` printed, in the order of the paths. */
export function parseInventory(stdout: string): ListedFile[] {
  return stdout
    .split('\n')
    .map((line) => /^([0-7]+)\|(\d+)\|(?:\.\/)?(.+)$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ mode: Number.parseInt(match[1] ?? '', 8), bytes: Number(match[2]), path: match[3] ?? '' }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Prints the SHA-256 of files below a host folder. */
export const digestsArgv = (folder: string, paths: readonly string[]): string[] => [
  ...hostScript('cd "$file" && shift && exec sha256sum "$@"', folder),
  ...paths.map((path) => `./${path}`),
]

/** Reads what sha256sum printed: digest by path. */
export function parseDigests(stdout: string): Map<string, string> {
  const matches = stdout.split('\n').map((line) => /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/.exec(line))
  return new Map(matches.filter((match) => match !== null).map((match) => [match[2] ?? '', match[1] ?? '']))
}

/** Prints whether a host file holds a text anywhere, binaries too. */
export const holdsArgv = (path: string, text: string): string[] => [
  ...hostScript('if grep -qF -e "$2" "$file"; then echo yes; else echo no; fi', path),
  text,
]
