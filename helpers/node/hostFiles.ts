import type { FoundFile } from './filesTogether.ts'

/** The part of a node probe that reads configuration. */
export interface HostFiles {
  readonly node: string
  /** Those of the files that are there, in their order; with `beside`, each is followed by the files of the folder of that name beside it, as `ls` sorts them. */
  readTogether(paths: readonly string[], beside?: string): Promise<readonly FoundFile[]>
  /** Names, sorted; empty when there is no such folder. */
  list(path: string): Promise<readonly string[]>
}
