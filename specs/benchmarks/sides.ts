import type { Facts } from '../../helpers/facts/armFacts.ts'
import type { ClassFacts } from '../../helpers/facts/facts.ts'
import type { Side } from '../../helpers/figures/inBlocks.ts'
import { comparableClass, nameOfComparable } from '../../helpers/oracles/comparableClass.ts'

/** A side with what is known of its class; undefined facts are the default runtime's. */
export interface ComparedSide extends Side {
  readonly facts: ClassFacts | undefined
}

/** The class under test. */
export const own = (facts: Facts, runtimeClass: string | undefined): ComparedSide => ({
  suffix: '',
  runtimeClass,
  facts: facts.class,
})

export const defaultRuntime: ComparedSide = { suffix: '-default-runtime', runtimeClass: undefined, facts: undefined }

/** The Go shim with QEMU, which is what the guide compares with. */
export const goQemu = { shim: 'go', hypervisor: 'qemu' } as const

/** A class of the Go shim with QEMU and VMs of the same size. Throws FactUnknownError when there is none: the claim's condition has said so before. */
export const besideQemu = ({ class: of, cluster }: Facts): ComparedSide => ({
  suffix: '-qemu',
  runtimeClass: nameOfComparable(of, cluster, goQemu),
  facts: comparableClass(of, cluster, goQemu) ?? undefined,
})
