import type { MachineFiles } from '../machine/machineFiles.ts'

/** Without a shared file system the shim copies what the volume holds when the container is made, and no more. */
export function copyTree(from: MachineFiles, source: string, to: MachineFiles, target: string): void {
  if (from.kindOf(source) !== 'directory' && from.list(source).length === 0) {
    to.write(target, from.read(source) ?? '')
    return
  }
  to.mkdir(target)
  for (const name of from.list(source)) copyTree(from, `${source}/${name}`, to, `${target}/${name}`)
}

/** The same names without what is in the files. */
export function emptyCopy(files: MachineFiles, source: string, target: string): void {
  if (files.kindOf(source) !== 'directory') return files.write(target, '')
  files.mkdir(target)
  for (const name of files.list(source)) emptyCopy(files, `${source}/${name}`, `${target}/${name}`)
}
