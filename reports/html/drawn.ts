import type { VNode } from 'preact'
import { markup } from './markup.ts'

/** Where the script draws the matrix of behaviours and RuntimeClasses. */
export const matrixPlace = (): VNode => markup`
  <section id="matrix" aria-labelledby="matrix-title">
    <h2 id="matrix-title">Behaviours and RuntimeClasses</h2>
    ${withoutScript('The matrix')}
    <div id="matrix-app"></div>
  </section>
`

/** Where the script draws the charts. */
export const chartsPlace = (): VNode => markup`
  <section id="charts" aria-labelledby="charts-title">
    <h2 id="charts-title">What was measured</h2>
    ${withoutScript('A chart')}
    <div id="charts-app"></div>
  </section>
`

const withoutScript = (what: string): VNode =>
  markup`<noscript><p>${what} needs JavaScript; run.json has every observation.</p></noscript>`
