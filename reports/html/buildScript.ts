import path from 'node:path'
import { buildSync } from 'esbuild'

/** The page's script with the libraries that it draws with, from the sources: there is no built copy in the repository to forget. */
export function buildScript(): string {
  const { outputFiles } = buildSync({
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
  })
  return outputFiles[0]?.text ?? ''
}
