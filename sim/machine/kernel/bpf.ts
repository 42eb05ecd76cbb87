import { createHash } from 'node:crypto'
import type { BpfProgramSpec } from '../machine.ts'

export interface BpfProgram extends BpfProgramSpec {
  readonly id: number
  readonly tag: string
}

/** eBPF programs of a kernel: of all its containers, since nothing divides them. */
export class BpfPrograms {
  readonly #programs = new Map<number, BpfProgram>()
  /** Programs at interfaces (XDP), by name. */
  readonly atInterfaces = new Map<string, BpfProgram>()
  #next = 1

  /** Loads a program; the tag is a digest of its instructions (kernel/bpf/core.c, bpf_prog_calc_tag). */
  load(spec: BpfProgramSpec): BpfProgram {
    const tag = createHash('sha1').update(spec.instructions).digest('hex').slice(0, 16)
    const program = { ...spec, name: spec.name.slice(0, 15), id: this.#next++, tag }
    this.#programs.set(program.id, program)
    return program
  }

  unload({ id }: BpfProgram): void {
    this.#programs.delete(id)
  }

  find(id: number): BpfProgram | undefined {
    return this.#programs.get(id)
  }

  all(): readonly BpfProgram[] {
    return [...this.#programs.values()]
  }

  /** Symbols of the compiled programs as /proc/kallsyms has them: kernels without a JIT have none. */
  symbols(): string {
    return this.all()
      .map(({ id, tag, name }) => {
        const address = (0xffffffffc0000000n + BigInt(id) * 0x1000n).toString(16)
        return `${address} t bpf_prog_${tag}${name === '' ? '' : `_${name}`}\t[bpf]\n`
      })
      .join('')
  }
}
