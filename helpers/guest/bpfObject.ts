/** What the program is for: its section tells libbpf its type. */
type Kind = 'socket' | 'xdp'

/** `r0 = N; exit`: a filter that keeps nothing, or XDP_PASS. */
const instructions = (result: number): Buffer =>
  Buffer.from([0xb7, 0, 0, 0, result, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0])

const results: Readonly<Record<Kind, number>> = { socket: 0, xdp: 2 }

interface Section {
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly link: number
  readonly info: number
  readonly align: number
  readonly entry: number
  readonly content: Buffer
}

/**
 * The smallest object file that libbpf takes: one eBPF program of two instructions which changes nothing. Made here and not compiled, since no
 * container that the suite runs has a compiler. Source: elf.h, libbpf's bpf_object__elf_collect.
 * @param name of the program, at most 15 characters: by it the kernel shows it
 */
export function bpfObject(kind: Kind, name: string): Buffer {
  const strings = stringTable(['', kind, 'license', '.symtab', '.strtab', name])
  const program = instructions(results[kind])
  const plain = { type: 1, flags: 3, link: 0, info: 0, align: 1, entry: 0 }
  const sections: readonly Section[] = [
    { name: '', type: 0, flags: 0, link: 0, info: 0, align: 0, entry: 0, content: Buffer.alloc(0) },
    { ...plain, name: kind, flags: 6, align: 8, content: program },
    { ...plain, name: 'license', content: Buffer.from('GPL\0') },
    {
      name: '.symtab',
      type: 2,
      flags: 0,
      link: 4,
      info: 1,
      align: 8,
      entry: 24,
      content: symbols(strings.at(name), program.length),
    },
    { name: '.strtab', type: 3, flags: 0, link: 0, info: 0, align: 1, entry: 0, content: strings.content },
  ]
  return elf(sections, strings.at)
}

function stringTable(names: readonly string[]): { content: Buffer; at: (name: string) => number } {
  const places = new Map<string, number>()
  let text = ''
  for (const name of names) {
    if (places.has(name)) continue
    places.set(name, text.length)
    text += `${name}\0`
  }
  return { content: Buffer.from(text, 'latin1'), at: (name) => places.get(name) ?? 0 }
}

/** The empty symbol, and the global function in section 1. */
function symbols(name: number, size: number): Buffer {
  const table = Buffer.alloc(48)
  table.writeUInt32LE(name, 24)
  table.writeUInt8(0x12, 28)
  table.writeUInt16LE(1, 30)
  table.writeBigUInt64LE(BigInt(size), 40)
  return table
}

/** A relocatable ELF64 file of the eBPF machine, little endian. */
function elf(sections: readonly Section[], nameAt: (name: string) => number): Buffer {
  const header = Buffer.alloc(64)
  const bodies: Buffer[] = []
  let offset = header.length
  const headers = sections.map(({ name, type, flags, link, info, align, entry, content }) => {
    const padding = align > 1 ? (align - (offset % align)) % align : 0
    bodies.push(Buffer.alloc(padding), content)
    offset += padding
    const section = Buffer.alloc(64)
    section.writeUInt32LE(nameAt(name), 0)
    section.writeUInt32LE(type, 4)
    section.writeBigUInt64LE(BigInt(flags), 8)
    section.writeBigUInt64LE(BigInt(type === 0 ? 0 : offset), 24)
    section.writeBigUInt64LE(BigInt(content.length), 32)
    section.writeUInt32LE(link, 40)
    section.writeUInt32LE(info, 44)
    section.writeBigUInt64LE(BigInt(align), 48)
    section.writeBigUInt64LE(BigInt(entry), 56)
    offset += content.length
    return section
  })
  const padding = (8 - (offset % 8)) % 8
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(header)
  header.writeUInt16LE(1, 16)
  header.writeUInt16LE(247, 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(offset + padding), 40)
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(64, 58)
  header.writeUInt16LE(sections.length, 60)
  header.writeUInt16LE(sections.length - 1, 62)
  return Buffer.concat([header, ...bodies, Buffer.alloc(padding), ...headers])
}
