import { options } from './applet.ts'
import type { Applet } from './applet.ts'
import { startCommand } from './basic.ts'

const plain = (text: string): boolean => !/["'\\]/.test(text)

export const xargs: Applet = async (process, argv) => {
  const given = options(argv, '+0n:I:rtP:L:s:d:')
  const separator = given.has('0') ? '\0' : given.get('d')
  const text = (await process.readAll()).toString()
  const replace = given.get('I')
  const items =
    separator !== undefined
      ? text.split(separator).filter((item) => item !== '')
      : replace !== undefined
        ? text
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => line.trimStart())
        : plain(text)
          ? text.split(/\s+/).filter((item) => item !== '')
          : (text.match(/"[^"]*"|'[^']*'|(?:\\.|[^\s\\])+/g) ?? []).map((item) =>
              item.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(.)/g, '$1'),
            )
  const command = given.rest.length > 0 ? given.rest : ['echo']
  const size = Number(given.get('n') ?? given.get('L') ?? Infinity)
  const calls: string[][] = []
  if (replace !== undefined) for (const item of items) calls.push(command.map((word) => word.replaceAll(replace, item)))
  else
    for (let at = 0; at < Math.max(1, items.length); at += Math.min(size, 10_000))
      calls.push([...command, ...items.slice(at, at + Math.min(size, 10_000))])
  if (items.length === 0 && (given.has('r') || replace !== undefined)) return 0
  let status = 0
  for (const call of calls) {
    if (given.has('t')) await process.err(`${call.join(' ')}\n`)
    const child = startCommand(process, call)
    if (typeof child === 'number') {
      await process.err(`xargs: ${call[0]}: No such file or directory\n`)
      return child
    }
    await process.block<void>((resolve) => child.onExit(() => resolve(undefined)))
    if (child.status === 255) return 124
    if (child.status !== 0) status = 123
  }
  return status
}
