import { MachineError } from '../machineError.ts'
import { openFile } from '../fs/files.ts'
import type { Program } from '../fs/inode.ts'
import type { BpfProgram } from '../kernel/bpf.ts'
import type { Process } from '../kernel/process.ts'
import { pieces } from './applet.ts'
import { readBpfObject } from './bpfObjectFile.ts'

const SYS_ADMIN = 21

/** Programs by the file that pins them, of each kernel. */
const pinned = new WeakMap<object, Map<string, BpfProgram>>()

/** bpftool, as far as programs go: prog show, prog load, net attach xdp…, net show. */
export const bpftool: Program['run'] = async (process, argv) => {
  const words = argv.slice(1)
  const json = words[0] === '-j' || words[0] === '-p'
  if (json) words.shift()
  const [object = '', verb = 'show', ...rest] = words
  const fail = async (message: string) => {
    if (json) await process.out(`${JSON.stringify({ error: message })}\n`)
    else await process.err(`Error: ${message}\n`)
    return 255
  }
  if (!process.can(SYS_ADMIN)) return fail("can't get next program: Operation not permitted")
  try {
    if (object === 'prog' && (verb === 'show' || verb === 'list')) return await show(process, json)
    if (object === 'prog' && verb === 'load') return await load(process, rest)
    if (object === 'net' && verb === 'attach') return await attach(process, rest)
    if (object === 'net' && (verb === 'show' || verb === 'list')) return await atInterfaces(process, json)
  } catch (error) {
    if (error instanceof MachineError) return fail(error.message)
    throw error
  }
  return fail(`unknown object or command: ${object} ${verb}`)
}

async function show(process: Process, json: boolean): Promise<number> {
  const all = process.kernel.bpf.all()
  const rows = all.map(({ id, type, name, tag }) => ({
    id,
    type,
    ...(name === '' ? {} : { name }),
    tag,
    gpl_compatible: true,
  }))
  await process.out(
    json
      ? `${JSON.stringify(rows)}\n`
      : rows
          .map(({ id, type, tag }, index) => `${id}: ${type}  name ${all[index]?.name ?? ''}  tag ${tag}  gpl\n`)
          .join(''),
  )
  return 0
}

async function load(process: Process, [file = '', pin = '', ...rest]: string[]): Promise<number> {
  const chunks: Uint8Array[] = []
  for await (const chunk of pieces(process, openFile(process, file, {}))) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const { name, section, instructions } = readBpfObject(bytes)
  const given = rest[0] === 'type' ? rest[1] : undefined
  const type = given ?? (section.startsWith('xdp') ? 'xdp' : 'socket_filter')
  await openFile(process, pin, { write: true, create: true }).write(Buffer.alloc(0))
  const program = process.kernel.bpf.load({ type, name, instructions })
  const pins = pinned.get(process.kernel.bpf) ?? new Map<string, BpfProgram>()
  pinned.set(process.kernel.bpf, pins.set(pin, program))
  return 0
}

/** `net attach xdpgeneric pinned PATH dev NAME` */
async function attach(process: Process, words: string[]): Promise<number> {
  const after = (word: string) => words[words.indexOf(word) + 1] ?? ''
  const program = words.includes('pinned')
    ? pinned.get(process.kernel.bpf)?.get(after('pinned'))
    : process.kernel.bpf.find(Number(after('id')))
  const device = after('dev')
  if (!program) throw new MachineError('ENOENT', `bpf obj get (${after('pinned')}): No such file or directory`)
  if (!process.context.netNs.interfaces.some(({ name }) => name === device))
    throw new MachineError('ENODEV', `invalid netdevice ifindex: ${device}`)
  process.kernel.bpf.atInterfaces.set(device, program)
  return 0
}

async function atInterfaces(process: Process, json: boolean): Promise<number> {
  const rows = [...process.kernel.bpf.atInterfaces].map(([devname, { id, name }]) => ({
    devname,
    ifindex: 2,
    mode: 'generic',
    id,
    name,
  }))
  await process.out(
    json
      ? `${JSON.stringify([{ xdp: rows, tc: [], flow_dissector: [] }])}\n`
      : `xdp:\n${rows.map(({ devname, id }) => `${devname}(2) generic id ${id}\n`).join('')}\n`,
  )
  return 0
}
