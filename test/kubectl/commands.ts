import { readFileSync } from 'node:fs'
import path from 'node:path'
import { load } from 'js-yaml'

/** What kubectl is asked. */
export interface Command {
  about?: string
  /** Words as a shell splits them, without expansions. */
  run?: string
  /** Forwards a port, asks it by HTTP, and ends the forwarding. */
  portForward?: { target: string; port: number; path: string }
  stdin?: string
  /** Written before the command, by path in the folder in which it runs. */
  files?: Record<string, string>
  environment?: Record<string, string>
  /** Lines come in any order: kubectl asks for several things at once. */
  unordered?: true
}

export const NAMESPACE = 'kubectl-contract'

/** In a command, and in what it answered: the name of the cluster's first node. */
export const NODE = 'NODE'

export const commands: readonly Command[] = load(
  readFileSync(path.join(import.meta.dirname, 'commands.yaml'), 'utf8'),
) as Command[]

/** `17 get namespace …`: unique, and stable as long as nothing is put before it. */
export const titleOf = (command: Command, index: number): string => {
  const { run, portForward } = command
  return `${index + 1} ${run ?? `port-forward ${portForward!.target} :${portForward!.port}`}`
}

/** Words of a command line: quotes of both kinds, no expansions. */
export function words(line: string): string[] {
  return Array.from(line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g), ([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_quoted, single?: string, double?: string) => single ?? double ?? ''),
  )
}
