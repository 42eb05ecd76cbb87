import { settled, shapeOf, type Shape } from '../kata/shape.ts'
import type { RecordedEvent } from './recordedScenario.ts'

/**
 * A pod's life without what depends on the moment at which a kubelet writes: which changes of one pass it writes together. Every condition,
 * every container and the phase have a sequence of their own.
 */
export interface Story {
  phases: string[]
  conditions: Record<string, string[]>
  containers: Record<string, string[]>
}

export function storyOf(statuses: readonly unknown[]): Story {
  const story: Story = { phases: [], conditions: {}, containers: {} }
  for (const shape of statuses.map(shapeOf)) {
    append(story.phases, [shape.phase, shape.reason, shape.message].filter(Boolean).join(' '))
    for (const [type, text] of named(shape.conditions, ' ')) append((story.conditions[type] ??= []), text)
    for (const [name, text] of named(shape.containers, ': ')) append((story.containers[name] ??= []), text)
  }
  return story
}

/** The last state, as text to compare. */
export const endOf = (status: unknown): string => {
  const { phase, reason, conditions, containers }: Shape = shapeOf(status)
  return JSON.stringify({ phase, reason, conditions: [...conditions].sort(), containers })
}

/** Texts of a pod's events by who told them: `Normal Started Started container main`. */
export interface EventTexts {
  scheduler: string[]
  kubelet: string[]
}

/** In order of their first occurrence, each text once. Times of the two sources have different precision and are not compared. */
export function eventTexts(events: readonly RecordedEvent[], pod: string): EventTexts {
  const of = (scheduler: boolean) =>
    events
      .filter(({ object, component }) => object === `Pod/${pod}` && (component === 'default-scheduler') === scheduler)
      .map(({ type, reason, message }) => settled(`${type} ${reason} ${message}`))
  return { scheduler: [...new Set(of(true))], kubelet: [...new Set(of(false))] }
}

const named = (lines: readonly string[], separator: string): [string, string][] =>
  lines.map((line) => {
    const at = line.indexOf(separator)
    return [line.slice(0, at), line.slice(at + separator.length)]
  })

function append(list: string[], text: string): void {
  if (list.at(-1) !== text) list.push(text)
}
