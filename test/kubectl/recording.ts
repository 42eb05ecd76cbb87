import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commands, titleOf } from './commands.ts'
import { normalise } from './normalise.ts'
import type { Answer } from './runCommands.ts'

/** What one command answered on a real cluster, normalised. */
interface Recorded extends Answer {
  title: string
}

const file = path.join(import.meta.dirname, 'recorded.json')

/** Answers of the real cluster, as recorded. Throws when they are of other commands. */
export async function* recordedAnswers(): AsyncGenerator<Answer> {
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[]
  for (const [index, command] of commands.entries()) {
    const { title, ...answer } = recorded[index] ?? { title: 'nothing', code: 0, stdout: '', stderr: '' }
    const wanted = titleOf(command, index)
    if (title !== wanted)
      throw new Error(`recorded.json has '${title}' where '${wanted}' is asked: record it anew (docs/simulator.md)`)
    yield await Promise.resolve(answer)
  }
}

/** Writes what all commands answered. */
export function writeRecording(answers: readonly Answer[]): void {
  const recorded = commands.map((command, index) => ({
    title: titleOf(command, index),
    ...normalise(answers[index]!, command),
  }))
  writeFileSync(file, `${JSON.stringify(recorded, null, 1)}\n`)
}
