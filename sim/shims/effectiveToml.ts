import type { TomlTable } from 'smol-toml'
import type { Departures } from '../faults/departures.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'
import { mergeToml } from './shimToml.ts'

/**
 * The configuration as a shim reads it from its node: the base file, then each *.toml of `config.d` in order.
 * @throws Error when the base file is not there.
 */
export function readEffectiveToml(
  files: MachineFiles,
  path: string,
  departures: Pick<Departures, 'memoryDropInRead'>,
): TomlTable {
  const base = text(files, path)
  if (base === null) throw new Error(`${path}: no such file or directory`)
  const directory = `${path.slice(0, path.lastIndexOf('/'))}/config.d`
  const names =
    files.kindOf(directory) === 'directory'
      ? files
          .list(directory)
          .filter((name) => name.endsWith('.toml'))
          .sort()
      : []
  const dropIns = names.map((name) => text(files, `${directory}/${name}`) ?? '')
  return mergeToml(base, departures.memoryDropInRead ? dropIns : dropIns.map(withoutMemory))
}

/** The departure: the shim does not see default_memory of a drop-in. */
function withoutMemory(dropIn: string): string {
  return dropIn.replace(/^\s*default_memory\s*=.*$/gm, '')
}

function text(files: MachineFiles, path: string): string | null {
  const content = files.read(path)
  return content === null ? null : Buffer.from(content).toString('utf8')
}
