import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The script as the image of the suite has it, which has neither esbuild nor the libraries of the charts. */
export const BUILT_SCRIPT = 'reports/html/client/built.js'

const built = path.join(import.meta.dirname, '..', '..', BUILT_SCRIPT)
let bundled: Promise<string> | undefined

/** The page's script, made once in a process. */
export function bundle(): Promise<string> {
  bundled ??= existsSync(built)
    ? Promise.resolve(readFileSync(built, 'utf8'))
    : import('./buildScript.ts').then(({ buildScript }) => buildScript())
  return bundled
}
