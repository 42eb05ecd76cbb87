/** The part of a node probe that reads files. */
export interface HostFiles {
  readonly node: string
  /** Contents, or null when there is no such file. */
  readIfThere(path: string): Promise<string | null>
  /** Names, sorted; empty when there is no such folder. */
  list(path: string): Promise<readonly string[]>
  /** Where a path really is, links followed; null when nothing is there. */
  realPath(path: string): Promise<string | null>
}
