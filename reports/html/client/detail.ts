import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { armBody, claimText, proof, verdictWord } from '../armBody.ts'
import type { Cell } from '../grid.ts'
import { markup } from '../markup.ts'
import { unpackArm } from '../packArms.ts'
import type { PageData, ShownArm } from '../pageData.ts'
import { Chart } from './chart.ts'
import { glyphs, wordOf } from './glyph.ts'
import { timeline } from './timeline.ts'

interface Props {
  readonly data: PageData
  readonly cell: Cell
  readonly close: () => void
}

/** Everything about one cell: claim, expected, observed, evidence, timeline, and the faults that prove the check. */
export function Detail({ data, cell, close }: Props): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const runs = data.runs.flatMap(({ name }, run) => {
    const arms = cell.arms.filter((place) => data.arms[place]?.[0] === run)
    return arms.length === 0 ? [] : [{ name, arms }]
  })
  return markup`
    <dialog ref=${dialog} aria-labelledby="detail-title" onClose=${close} onClick=${(event: Event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="bar"><button type="button" onClick=${() => dialog.current?.close()}>Close</button></div>
      <div class="detail">
        <h2 id="detail-title">${cell.claim.title}</h2>
        <p><code>${cell.claim.id}</code> on ${cell.column}</p>
        ${claimText(cell.claim)}
        ${proof(cell.claim)}
        ${cell.notApplicable !== null && markup`<p class="note">Not about this class: ${cell.notApplicable}</p>`}
        ${cell.change && markup`<p class="note">${cell.change.kind.replaceAll('-', ' ')}: ${cell.change.what}</p>`}
        ${data.kind === 'history' && overRuns(cell, data)}
        <div class=${runs.length > 1 ? 'beside' : ''}>
          ${runs.map(
            ({ name, arms }, index) => markup`
              <div>
                ${data.kind !== 'run' && markup`<h3>${data.kind === 'history' ? '' : runs.length < 2 ? '' : index === 0 ? 'Before: ' : 'After: '}${name}</h3>`}
                ${arms.map((place) => arm(place, cell, data))}
              </div>
            `,
          )}
        </div>
      </div>
    </dialog>
  `
}

function arm(place: number, cell: Cell, data: PageData): VNode | null {
  const packed = data.arms[place]
  if (!packed) return null
  const own: ShownArm = unpackArm(packed, data.texts, cell.claim.id, cell.column)
  const mark = verdictWord(own)
  return markup`
    <article class=${`arm ${mark.class}`}>
      <h3><span class="verdict">${mark.word}</span> ${[own.case ?? '', own.node ?? '', own.repeat > 1 ? `repeat ${own.repeat}` : ''].filter(Boolean).join(', ')}
        <small class="time">${(own.durationMs / 1000).toFixed(2)} s, from ${own.startedAt}</small></h3>
      ${own.timeline.length > 1 && markup`<${Chart} said=${`Timeline of ${own.id}`} draw=${(width: number) => timeline(own, width)} />`}
      ${armBody(own, { heading: 'h4', linked: data.kind === 'run' })}
    </article>
  `
}

/** Every run with its verdict, the newest first. */
function overRuns({ letters, messages }: Cell, { runs }: PageData): VNode {
  const said = [...letters].map((letter, run) => {
    const before = [...letters.slice(0, run)].filter((each) => each !== 'p' && each !== ' ').length
    return letter === 'p' || letter === ' ' ? '' : (messages[before] ?? '')
  })
  return markup`
    <div class="scroll" role="region" aria-label="Verdicts over the runs" tabindex="0">
      <table>
        <thead><tr><th scope="col">Run</th><th scope="col">Kata</th><th scope="col">Verdict</th><th scope="col">Because</th></tr></thead>
        <tbody>${runs
          .map(({ name, kata }, run) => {
            const letter = letters[run]
            const mark = letter === undefined || letter === ' ' ? '∅' : glyphs[letter as keyof typeof glyphs]
            return markup`<tr><th scope="row">${name}</th><td>${kata ?? '?'}</td><td class=${wordOf(letter)}>${mark} ${wordOf(letter)}</td><td>${said[run]}</td></tr>`
          })
          .reverse()}</tbody>
      </table>
    </div>
  `
}
