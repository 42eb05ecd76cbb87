import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

/** A hook of node:module: our own TypeScript, as it stands but for its types. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context)
  const sourcefile = fileURLToPath(url)
  const source = await readFile(sourcefile, 'utf8')
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'es2022', sourcefile })
  return { format: 'module', source: code, shortCircuit: true }
}
