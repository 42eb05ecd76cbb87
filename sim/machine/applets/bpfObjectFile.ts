import { MachineError } from '../machineError.ts'

/** EM_BPF of elf.h. */
const MACHINE = 247
const SYMBOL_TABLE = 2
const FUNCTION = 2
const EXECUTABLE = 4

interface Section {
  name: string
  type: number
  flags: number
  offset: number
  size: number
  link: number
}

/** The first program of an eBPF object file: its function's name, its section and instructions. @throws MachineError EINVAL for anything else. */
export function readBpfObject(file: Buffer): { name: string; section: string; instructions: Uint8Array } {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file.readUInt16LE(18) !== MACHINE)
    throw new MachineError('EINVAL', 'failed to open object file')
  const sections = sectionsOf(file)
  const symbols = sections.find(({ type }) => type === SYMBOL_TABLE)
  const strings = symbols && sections[symbols.link]
  if (!symbols || !strings) throw new MachineError('EINVAL', 'failed to open object file: no symbols')
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += 24) {
    const section = sections[file.readUInt16LE(at + 6)]
    if ((file.readUInt8(at + 4) & 15) !== FUNCTION || !section || (section.flags & EXECUTABLE) === 0) continue
    const start = section.offset + Number(file.readBigUInt64LE(at + 8))
    const size = Number(file.readBigUInt64LE(at + 16))
    if (size === 0 || size % 8 !== 0) throw new MachineError('EINVAL', 'failed to open object file: instructions')
    return {
      name: text(file, strings.offset + file.readUInt32LE(at)),
      section: section.name,
      instructions: file.subarray(start, start + size),
    }
  }
  throw new MachineError('EINVAL', "object file doesn't contain any bpf program")
}

function sectionsOf(file: Buffer): Section[] {
  const table = Number(file.readBigUInt64LE(40))
  const count = file.readUInt16LE(60)
  const raw = Array.from({ length: count }, (_, index) => {
    const at = table + index * 64
    return {
      nameAt: file.readUInt32LE(at),
      type: file.readUInt32LE(at + 4),
      flags: Number(file.readBigUInt64LE(at + 8)),
      offset: Number(file.readBigUInt64LE(at + 24)),
      size: Number(file.readBigUInt64LE(at + 32)),
      link: file.readUInt32LE(at + 40),
    }
  })
  const names = raw[file.readUInt16LE(62)]?.offset ?? 0
  return raw.map(({ nameAt, ...section }) => ({ ...section, name: text(file, names + nameAt) }))
}

const text = (file: Buffer, at: number): string => file.toString('latin1', at, file.indexOf(0, at))
