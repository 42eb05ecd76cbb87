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
  /** RuntimeClasses that are looked at; default: the usual ones of that scenario. */
  readonly classes?: readonly string[]
  /** RuntimeClasses of which no pod starts any more: all that is claimed about them turns red. */
  readonly stops?: readonly string[]
}

/** Every fault, in the order of the files' names. */
export function listedFaults(): ListedFault[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => load(readFileSync(path.join(import.meta.dirname, file), 'utf8')) as ListedFault[])
}
