import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'

/** A page as the project's formatter leaves it. */
export async function formatted(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file })
}

export async function writePage(file: string, text: string): Promise<void> {
  writeFileSync(file, await formatted(file, text))
}

export const readPage = (file: string): string => readFileSync(file, 'utf8')
