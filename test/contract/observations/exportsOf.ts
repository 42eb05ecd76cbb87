import { readdirSync } from 'node:fs'
import path from 'node:path'

/** Functions that the files of a folder of helpers/ export: file.name */
export async function exportsOf(folder: string): Promise<string[]> {
  const directory = path.join(import.meta.dirname, '../../../helpers', folder)
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const names = await Promise.all(
    files.map(async (file) => {
      const module = (await import(path.join(directory, file))) as Record<string, unknown>
      const functions = Object.entries(module).filter(([, value]) => typeof value === 'function')
      return functions.map(([name]) => `${file.replace('.ts', '')}.${name}`)
    }),
  )
  return names.flat()
}
