import type { VNode } from 'preact'
import type { RunRecord } from '../record/runRecord.ts'
import { armDetails } from './armDetails.ts'
import { markup } from './markup.ts'

/** Every arm, by chapter and behaviour. */
export function chapters(record: RunRecord): VNode {
  const names = [...new Set(record.arms.map(({ chapter }) => chapter))]
  return markup`<div>${names.map((name) => chapter(record, name))}</div>`
}

function chapter(record: RunRecord, name: string): VNode {
  const arms = record.arms.filter((arm) => arm.chapter === name)
  const ids = [...new Set(arms.map(({ behaviour }) => behaviour))]
  return markup`
    <section class="chapter" aria-label=${`Chapter ${name}`} id=${`chapter-${name}`}>
      <h3>${name}</h3>
      ${ids.map((id) => {
        const own = arms.filter(({ behaviour }) => behaviour === id)
        return markup`
          <article class="behaviour" id=${id}>
            <h4>${id} ${own[0]?.title} <small>${own[0]?.level}</small></h4>
            ${own.map((arm) => armDetails(arm, record, { titled: false }))}
          </article>
        `
      })}
    </section>
  `
}
