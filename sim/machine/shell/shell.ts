import type { Process } from '../kernel/process.ts'
import type { Node } from './ast.ts'
import { ShellError } from './shellError.ts'

export class BreakLoop extends Error {
  levels: number
  readonly kind: 'break' | 'continue'
  constructor(kind: 'break' | 'continue', levels: number) {
    super()
    this.kind = kind
    this.levels = levels
  }
}

export class ReturnFrom extends Error {
  readonly status: number
  constructor(status: number) {
    super()
    this.status = status
  }
}

/** `exit`, also by set -e. */
export class ExitShell extends Error {
  readonly status: number
  constructor(status: number) {
    super()
    this.status = status
  }
}

/** An interactive shell drops the rest of its line at an interrupt. */
export class DropLine extends Error {}

/** What a shell knows: variables, functions, traps, jobs. A subshell gets a copy. */
export class Shell {
  readonly process: Process
  readonly name: string
  readonly variables: Map<string, string>
  readonly exported: Set<string>
  readonly readonly: Set<string>
  readonly functions: Map<string, Node>
  readonly aliases = new Map<string, string>()
  readonly options: Set<string>
  readonly traps = new Map<string, string>()
  /** Signals that came and wait for their trap. */
  readonly pending: string[] = []
  readonly jobs: Process[] = []
  positional: string[]
  status = 0
  lastBackground = ''
  /** Above 0 where set -e does not apply: conditions. */
  inCondition = 0
  inLoop = 0
  /** An interrupt came while a line of an interactive shell ran. */
  interrupted = false
  inFunction = 0
  /** Values to put back when a function returns: `local`. */
  locals: Map<string, string | undefined>[] = []
  line = 1
  readonly subshell: boolean

  constructor(process: Process, name: string, positional: string[], from: Shell | null = null) {
    this.process = process
    this.name = name
    this.positional = positional
    this.subshell = from !== null
    this.variables = new Map(from?.variables)
    this.exported = new Set(from?.exported)
    this.readonly = new Set(from?.readonly)
    this.functions = new Map(from?.functions)
    this.options = new Set(from?.options)
    if (from) {
      this.status = from.status
      this.lastBackground = from.lastBackground
      this.inLoop = from.inLoop
      this.inFunction = from.inFunction
      this.inCondition = from.inCondition
      return
    }
    for (const [key, value] of Object.entries(process.context.env)) {
      if (!/^[A-Za-z_]\w*$/.test(key)) continue
      this.variables.set(key, value)
      this.exported.add(key)
    }
    const level = Number(this.variables.get('SHLVL') ?? 0) + 1
    this.variables.set('SHLVL', String(level))
    this.variables.set('PWD', process.context.cwd)
    this.exported.add('SHLVL').add('PWD')
    this.variables.set('IFS', ' \t\n')
    this.variables.set('PS1', '\\w \\$ ')
    this.variables.set('PS2', '> ')
    this.variables.set('PS4', '+ ')
    this.variables.set('OPTIND', '1')
    if (!this.variables.has('PATH')) this.variables.set('PATH', '/sbin:/usr/sbin:/bin:/usr/bin')
  }

  readonly variablesForArithmetic = {
    get: (name: string): string | undefined => this.parameter(name),
    set: (name: string, value: string): void => this.set(name, value),
  }

  get(name: string): string | undefined {
    return this.variables.get(name)
  }

  /** @throws ShellError for a read-only variable */
  set(name: string, value: string): void {
    if (this.readonly.has(name)) throw new ShellError(`${name}: is read only`)
    this.variables.set(name, value)
    if (this.options.has('a')) this.exported.add(name)
  }

  unset(name: string): void {
    if (this.readonly.has(name)) throw new ShellError(`${name}: is read only`)
    this.variables.delete(name)
    this.exported.delete(name)
  }

  parameter(name: string): string | undefined {
    switch (name) {
      case '?':
        return String(this.status)
      case '$':
        return String(this.rootPid())
      case '!':
        return this.lastBackground
      case '#':
        return String(this.positional.length)
      case '0':
        return this.name
      case '-':
        return [...this.options].join('')
      case '@':
      case '*':
        return this.positional.length === 0 ? undefined : this.positional.join(' ')
      case 'RANDOM':
        return this.variables.has('RANDOM') ? this.variables.get('RANDOM') : String(Math.floor(Math.random() * 32768))
      case 'PPID':
        return String(this.process.parent?.pidIn(this.process.context.pidNs) ?? 0)
      case 'LINENO':
        return String(this.line)
    }
    if (/^\d+$/.test(name)) return this.positional[Number(name) - 1]
    return this.variables.get(name)
  }

  /** $$ stays the pid of the main shell in its subshells. */
  rootPid(): number {
    return this.#rootPid ?? this.process.ownPid
  }

  #rootPid: number | null = null

  environment(extra: { name: string; value: string }[] = []): Record<string, string> {
    const environment: Record<string, string> = {}
    for (const name of this.exported) {
      const value = this.variables.get(name)
      if (value !== undefined) environment[name] = value
    }
    for (const { name, value } of extra) environment[name] = value
    return environment
  }

  /** The shell of a forked child. */
  forked(child: Process): Shell {
    const copy = new Shell(child, this.name, this.positional.slice(), this)
    copy.#rootPid = this.rootPid()
    copy.line = this.line
    for (const [signal, action] of this.traps) if (action === '') copy.traps.set(signal, '')
    return copy
  }

  complain(message: string): void {
    void this.process.err(`${this.name.startsWith('-') ? this.name.slice(1) : this.name}: ${message}\n`)
  }
}
