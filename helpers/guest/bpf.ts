import type { PodHandle } from '../pods/podHandle.ts'
import { bpfObject } from './bpfObject.ts'

/** An eBPF program as a kernel lists it. */
export interface BpfProgram {
  readonly id: number
  readonly type: string
  readonly name?: string
  readonly tag: string
}

const folder = '/sys/fs/bpf'

/**
 * Loads a program which does nothing into the kernel under a privileged container that has bpftool, and pins it so that it stays.
 * @param name at most 15 characters
 * Returns what kept it from being loaded, null when it is.
 */
export async function loadProgram(pod: PodHandle, kind: 'socket' | 'xdp', name: string): Promise<string | null> {
  const object = bpfObject(kind, name).toString('base64')
  const script = `mount -t bpf bpf ${folder} 2>/dev/null; echo ${object} | base64 -d >/tmp/${name}.o && bpftool prog load /tmp/${name}.o ${folder}/${name}`
  return problemOf(await pod.exec(['sh', '-c', script]))
}

/** Attaches a loaded program to an interface as its XDP program, in the kernel's generic mode; null when it is. */
export const attachXdp = async (pod: PodHandle, name: string, device: string): Promise<string | null> =>
  problemOf(await pod.exec(['bpftool', 'net', 'attach', 'xdpgeneric', 'pinned', `${folder}/${name}`, 'dev', device]))

const problemOf = ({
  exitCode,
  stdout,
  stderr,
}: {
  exitCode: number
  stdout: string
  stderr: string
}): string | null => (exitCode === 0 ? null : `exit code ${exitCode}: ${`${stdout}${stderr}`.trim().slice(0, 300)}`)

/** Programs of the kernel under a privileged container that has bpftool. Throws when bpftool fails: it says so in its JSON, too, instead of a list. */
export async function programs(pod: PodHandle): Promise<readonly BpfProgram[]> {
  const { stdout, stderr, exitCode } = await pod.read(['bpftool', '-j', 'prog', 'show'])
  if (exitCode !== 0 || !stdout.startsWith('['))
    throw new Error(`bpftool prog show in pod ${pod.name} ended with ${exitCode}: ${`${stdout}${stderr}`.trim()}`)
  return JSON.parse(stdout) as readonly BpfProgram[]
}

/** A compiled program by its symbol. */
export interface BpfSymbol {
  readonly tag: string
  readonly name: string
}

/**
 * Programs of a kernel by /proc/kallsyms: those that it has compiled (net.core.bpf_jit_kallsyms). A kernel without a JIT, such as Kata's guest's, shows
 * none; a distribution's shows all.
 */
export const parseSymbols = (kallsyms: string): readonly BpfSymbol[] =>
  Array.from(kallsyms.matchAll(/\bbpf_prog_([0-9a-f]{16})(?:_(\S+))?\s+\[bpf\]/g), ([, tag = '', name = '']) => ({
    tag,
    name,
  }))

/** /proc/kallsyms of the kernel under a container, as far as it is about eBPF. */
export async function symbols(pod: PodHandle): Promise<readonly BpfSymbol[]> {
  const { stdout } = await pod.read(['sh', '-c', "grep 'bpf_prog_' /proc/kallsyms || true"])
  return parseSymbols(stdout)
}
