import { written } from './builtins.ts'
import type { Shell } from './shell.ts'
import { ShellError } from './shellError.ts'

export async function declare(shell: Shell, argv: string[], marked: Set<string>, word: string): Promise<number> {
  const names = argv.slice(1).filter((name) => name !== '-p' && name !== '-n')
  if (names.length === 0) {
    const lines = [...marked]
      .sort()
      .map((name) => `${word} ${name}='${(shell.get(name) ?? '').replaceAll("'", `'\\''`)}'\n`)
    return written(shell, lines.join(''))
  }
  for (const text of names) {
    const [, name = '', value] = /^([^=]+)(?:=([^]*))?$/.exec(text) ?? []
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new ShellError(`${word}: ${text}: bad variable name`)
    if (value !== undefined) shell.set(name, value)
    marked.add(name)
  }
  return 0
}

export function unset(shell: Shell, argv: string[]): number {
  const functions = argv[1] === '-f'
  for (const name of argv.slice(1).filter((text) => !text.startsWith('-'))) {
    if (functions) shell.functions.delete(name)
    else shell.unset(name)
  }
  return 0
}

const LONG_OPTIONS: Record<string, string> = {
  errexit: 'e',
  nounset: 'u',
  xtrace: 'x',
  noglob: 'f',
  pipefail: 'pipefail',
  allexport: 'a',
  noexec: 'n',
  verbose: 'v',
  monitor: 'm',
}

export async function set(shell: Shell, argv: string[]): Promise<number> {
  const args = argv.slice(1)
  if (args.length === 0)
    return written(
      shell,
      [...shell.variables]
        .sort()
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    )
  while (args[0] !== undefined && /^[-+]./.test(args[0])) {
    const option = args.shift() as string
    if (option === '--') {
      shell.positional = args
      return 0
    }
    const on = option.startsWith('-')
    for (const letter of option.slice(1)) {
      const name = letter === 'o' ? LONG_OPTIONS[args.shift() ?? ''] : letter
      if (name === undefined || !/^([a-zA-Z]|pipefail)$/.test(name))
        throw new ShellError(`set: illegal option ${option}`)
      if (on) shell.options.add(name)
      else shell.options.delete(name)
    }
  }
  if (args.length > 0) shell.positional = args
  return 0
}

export function shift(shell: Shell, argv: string[]): number {
  const count = Number(argv[1] ?? 1)
  if (count > shell.positional.length) return 1
  shell.positional = shell.positional.slice(count)
  return 0
}

export function local(shell: Shell, argv: string[]): number {
  const frame = shell.locals[shell.locals.length - 1]
  if (!frame) throw new ShellError('local: not in a function')
  for (const text of argv.slice(1)) {
    const [, name = '', value] = /^([^=]+)(?:=([^]*))?$/.exec(text) ?? []
    if (!frame.has(name)) frame.set(name, shell.get(name))
    shell.set(name, value ?? '')
  }
  return 0
}

export function getopts(shell: Shell, argv: string[]): number {
  const [, spec = '', name = ''] = argv
  const args = argv.length > 3 ? argv.slice(3) : shell.positional
  const index = Number(shell.get('OPTIND') ?? 1)
  const offset = Number(shell.get('_OPTOFF') ?? 1)
  const word = args[index - 1]
  const end = (status: number) => {
    shell.set(name, '?')
    return status
  }
  if (word === undefined || !/^-./.test(word)) return end(1)
  if (word === '--') {
    shell.set('OPTIND', String(index + 1))
    return end(1)
  }
  const letter = word[offset] as string
  const at = spec.indexOf(letter)
  const more = offset + 1 < word.length
  const advance = (to: number, next: number) => {
    shell.set('OPTIND', String(to))
    shell.set('_OPTOFF', String(next))
  }
  shell.unset('OPTARG')
  if (at < 0) {
    advance(more ? index : index + 1, more ? offset + 1 : 1)
    if (!spec.startsWith(':')) shell.complain(`illegal option -- ${letter}`)
    else shell.set('OPTARG', letter)
    shell.set(name, '?')
    return 0
  }
  if (spec[at + 1] === ':') {
    const value = more ? word.slice(offset + 1) : args[index]
    advance(more ? index + 1 : index + 2, 1)
    if (value === undefined) {
      if (!spec.startsWith(':')) shell.complain(`no arg for -${letter} option`)
      shell.set(name, spec.startsWith(':') ? ':' : '?')
      return 0
    }
    shell.set('OPTARG', value)
  } else advance(more ? index : index + 1, more ? offset + 1 : 1)
  shell.set(name, letter)
  return 0
}
