import { readFileSync } from 'node:fs'
import path from 'node:path'
import { render } from 'preact-render-to-string'
import type { RunRecord } from '../record/runRecord.ts'
import { page } from './page.ts'

const asset = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8')

/** report.html: one file, no network, readable without JavaScript; the script only filters. */
export function html(record: RunRecord): Promise<string> {
  const body = render(page(record))
  return Promise.resolve(
    [
      '<!doctype html>',
      '<html lang="en">',
      '<head>',
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="color-scheme" content="light dark">',
      `<title>${record.simulated ? 'SIMULATED ' : ''}kata-conformance ${escapeText(record.cluster.context)} ${record.runId}</title>`,
      `<style>${asset('report.css')}</style>`,
      '</head>',
      `<body>${body}<script>${asset('filter.js')}</script></body>`,
      '</html>',
      '',
    ].join('\n'),
  )
}

const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '')
