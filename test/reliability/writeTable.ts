import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { tableOf } from './summary.ts'

const FILE = path.join(import.meta.dirname, '..', '..', 'docs', 'reliability.md')

/** Puts the table into docs/reliability.md, between the two comments of that name. Throws when they are not there. */
export function writeTable(name: string, table: ReturnType<typeof tableOf>, measured: string): void {
  const text = readFileSync(FILE, 'utf8')
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${FILE} has no place for the table: ${begin} … ${end}`)
  const part = `${begin}\n\n${measured}\n\n${markdown(table)}\n`
  writeFileSync(FILE, text.slice(0, from) + part + text.slice(to))
}

/** As prettier formats it: names to the left, numbers to the right. */
function markdown({ head, rows }: ReturnType<typeof tableOf>): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const width = (column: number): number => widths[column] ?? 0
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(width(column)) : cell.padStart(width(column)))).join(' | ')} |`
  const rule = head.map((_title, column) =>
    column === 0 ? '-'.repeat(width(column)) : `${'-'.repeat(width(column) - 1)}:`,
  )
  return `${[line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')}\n`
}
