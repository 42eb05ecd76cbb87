import path from 'node:path'
import { build } from 'esbuild'

let bundled: Promise<string> | undefined

/** The page's script with the libraries that it draws with, as one text. Made once in a process, from the sources: there is no built copy to forget. */
export function bundle(): Promise<string> {
  bundled ??= build({
    entryPoints: [path.join(import.meta.dirname, 'client', 'main.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    // ISC and MIT: their notices stay with the code.
    legalComments: 'eof',
    logLevel: 'silent',
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '')
  return bundled
}
