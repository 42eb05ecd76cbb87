/** A script as busybox ash understands it: the shell language of POSIX, with `local`, `[[ ]]`-free. */
export interface List {
  type: 'list'
  items: { node: Node; background: boolean; text: string }[]
}

export type Node = Simple | Pipeline | AndOr | If | Loop | For | Case | Group | FunctionDefinition

export interface Simple {
  type: 'simple'
  assignments: { name: string; value: Word }[]
  words: Word[]
  redirections: Redirection[]
}

export interface Pipeline {
  type: 'pipeline'
  commands: Node[]
  negated: boolean
}

export interface AndOr {
  type: 'and' | 'or'
  left: Node
  right: Node
}

export interface If {
  type: 'if'
  condition: List
  then: List
  else: List | null
  redirections: Redirection[]
}

export interface Loop {
  type: 'while' | 'until'
  condition: List
  body: List
  redirections: Redirection[]
}

export interface For {
  type: 'for'
  name: string
  words: Word[] | null
  body: List
  redirections: Redirection[]
}

export interface Case {
  type: 'case'
  word: Word
  arms: { patterns: Word[]; body: List }[]
  redirections: Redirection[]
}

export interface Group {
  type: 'group' | 'subshell'
  body: List
  redirections: Redirection[]
}

export interface FunctionDefinition {
  type: 'function'
  name: string
  body: Node
}

export interface Redirection {
  fd: number | null
  operator: '<' | '>' | '>>' | '<>' | '>|' | '<&' | '>&' | '<<' | '&>'
  target: Word
}

export type Word = Part[]

export type Part =
  | { type: 'text'; text: string; quoted: boolean }
  | {
      type: 'parameter'
      name: string
      operator: string
      argument: Word | null
      replacement: Word | null
      quoted: boolean
    }
  | { type: 'command'; body: List; quoted: boolean }
  | { type: 'arithmetic'; expression: Word; quoted: boolean }

export class ShellSyntaxError extends Error {}
