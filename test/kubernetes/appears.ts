import { existsSync, watch } from 'node:fs'
import path from 'node:path'

/** Resolves when the file exists; its folders may not exist yet. Rejects after `deadlineMs`. */
export async function appears(file: string, deadlineMs: number): Promise<void> {
  const end = Date.now() + deadlineMs
  const parent = path.dirname(file)
  if (!existsSync(parent)) await appears(parent, deadlineMs)
  await new Promise<void>((resolve, reject) => {
    const watcher = watch(parent, () => existsSync(file) && settle(resolve))
    const timer = setTimeout(() => settle(() => reject(new Error(`${file} did not appear`))), end - Date.now())
    const settle = (then: () => void) => {
      watcher.close()
      clearTimeout(timer)
      then()
    }
    if (existsSync(file)) settle(resolve)
  })
}
