import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { load } from 'js-yaml'

/** A fault as the YAML files of this folder list it. */
export interface ListedFault {
  readonly name: string
  /** What exactly differs from the documented behaviour, in one sentence. */
  readonly departure: string
  /** Scenario in which it shows; default small. */
  readonly scenario?: string
  /** Release of Kata in which it shows; default the scenario's. */
  readonly kataVersion?: string
}

/** Every fault, in the order of the files' names. */
export function listedFaults(): ListedFault[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => load(readFileSync(path.join(import.meta.dirname, file), 'utf8')) as ListedFault[])
}
