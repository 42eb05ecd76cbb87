import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { VNode } from 'preact'
import { render } from 'preact-render-to-string'
import { bundle } from './bundle.ts'
import type { PageData } from './pageData.ts'

interface Parts {
  readonly title: string
  readonly body: VNode
  readonly data: PageData
}

/**
 * One file that needs no network, and says so: its content security policy lets it fetch nothing and run no script but its own. Answer and failures
 * read without JavaScript; the matrix and the charts are drawn by the script from the data.
 */
export async function document({ title, body, data }: Parts): Promise<string> {
  const script = await bundle()
  const own = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${own}'; base-uri 'none'; form-action 'none'`
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeText(title)}</title>`,
    `<style>${readFileSync(path.join(import.meta.dirname, 'report.css'), 'utf8')}</style>`,
    '</head>',
    `<body>${render(body)}`,
    `<script type="application/json" id="data">${embeddable(data)}</script>`,
    `<script>${script}</script></body>`,
    '</html>',
    '',
  ].join('\n')
}

/** JSON in which nothing ends the element that holds it. */
export const embeddable = (data: unknown): string =>
  JSON.stringify(data).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '')
