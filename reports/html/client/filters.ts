import type { VNode } from 'preact'
import type { Choice } from '../choice.ts'
import { markup } from '../markup.ts'
import { type Letter, type PageData, verdictOfLetter } from '../pageData.ts'
import { glyphs } from './glyph.ts'

interface Props {
  readonly data: PageData
  readonly choice: Choice
  readonly choose: (change: Partial<Choice>) => void
  readonly said: string
}

/** The choice, as a form. */
export function Filters({ data, choice, choose, said }: Props): VNode {
  const chapters = [...new Set(data.claims.map(({ chapter }) => chapter))]
  const levels = [...new Set(data.claims.map(({ level }) => level))]
  return markup`
    <form class="filters" role="search" aria-label="Matrix" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>Search <input type="search" name="text" value=${choice.text} onInput=${(event: Event) => choose({ text: valueOf(event) })} /></label>
      ${select('RuntimeClass', choice.runtimeClass, data.columns, (runtimeClass) => choose({ runtimeClass }))}
      ${select('Chapter', choice.chapter, chapters, (chapter) => choose({ chapter }))}
      ${select('Level', choice.level, levels, (level) => choose({ level }))}
      <fieldset>
        <legend>Verdicts</legend>
        ${(Object.entries(verdictOfLetter) as [Letter, Choice['verdicts'][number]][]).map(
          ([letter, verdict]) => markup`
            <label class=${`key ${verdict}`}><input type="checkbox" name="verdict" value=${verdict} checked=${choice.verdicts.includes(verdict)}
              onChange=${() => choose({ verdicts: toggled(choice.verdicts, verdict) })} /> <span aria-hidden="true">${glyphs[letter]}</span> ${verdict}</label>
          `,
        )}
      </fieldset>
      ${
        data.kind !== 'run' &&
        markup`<label><input type="checkbox" name="changed" checked=${choice.changed}
          onChange=${() => choose({ changed: !choice.changed })} /> only what differs between runs</label>`
      }
      <output aria-live="polite">${said}</output>
    </form>
  `
}

const select = (
  label: string,
  value: string,
  options: readonly string[],
  choose: (value: string) => void,
): VNode => markup`
  <label>${label} <select value=${value} onChange=${(event: Event) => choose(valueOf(event))}>
    <option value="">all</option>
    ${options.map((option) => markup`<option value=${option} selected=${option === value}>${option}</option>`)}
  </select></label>
`

const valueOf = (event: Event): string => (event.currentTarget as HTMLInputElement | HTMLSelectElement).value

const toggled = (chosen: Choice['verdicts'], verdict: Choice['verdicts'][number]): Choice['verdicts'] =>
  chosen.includes(verdict) ? chosen.filter((each) => each !== verdict) : [...chosen, verdict]
