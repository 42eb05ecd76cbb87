import { render } from 'preact'
import { markup } from '../markup.ts'
import type { PageData } from '../pageData.ts'
import { App } from './app.ts'
import { Charts } from './charts.ts'

// The texts of the page stand already: this draws the matrix and the charts into their places.
const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData
const draw = (place: string, what: unknown) => {
  const element = document.getElementById(place)
  if (element) render(markup`<${what} data=${data} />`, element)
}
draw('matrix-app', App)
draw('charts-app', Charts)
