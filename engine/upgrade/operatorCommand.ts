import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { JournalError } from '../../reports/record/foldJournal.ts'
import { isSecretFlag, redact } from '../journal/redact.ts'

const Command = z.array(z.string())
const fileIn = (folder: string): string => path.join(folder, 'command.json')

/** The operator's command as journal and reports have it: without credentials. */
export const redactCommand = (command: readonly string[]): string[] =>
  command.map((word, index) => (isSecretOf(command[index - 1], word) ? '[redacted]' : redact(word)))

/** `--password hunter2`: the flag names what the next word is. */
const isSecretOf = (flag: string | undefined, word: string): boolean =>
  flag !== undefined && isSecretFlag(flag) && !word.startsWith('-')

/** Keeps a command with credentials for whoever resumes before it has begun, readable by its owner alone. Throws the file system's error. */
export function keepCommand(folder: string, command: readonly string[]): void {
  if (redactCommand(command).every((word, index) => word === command[index])) return
  writeFileSync(fileIn(folder), JSON.stringify(command), { mode: 0o600, flag: 'wx' })
}

/** The command to run: the journal's, or what it does not show. Throws JournalError when nobody knows the latter any more, and the file system's error. */
export function keptCommand(folder: string, journalled: readonly string[]): readonly string[] {
  if (existsSync(fileIn(folder))) return Command.parse(JSON.parse(readFileSync(fileIn(folder), 'utf8')))
  if (journalled.some((word) => word.includes('[redacted')))
    throw new JournalError(`${fileIn(folder)} is gone, and with it the credentials of the command: begin a new upgrade`)
  return journalled
}

/** A command that has begun is never run again: nobody needs to know it. */
export const forgetCommand = (folder: string): void => rmSync(fileIn(folder), { force: true })
