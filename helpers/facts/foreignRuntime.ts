import type { ClassFacts } from './facts.ts'

/** What containerd runs a class's handler with when it is not Kata, for instance io.containerd.runc.v2; null for Kata, and where nobody knows. */
export function foreignRuntime({ runtimeType }: Pick<ClassFacts, 'runtimeType'>): string | null {
  const type = runtimeType?.value ?? null
  return type === null || /^io\.containerd\.kata(-[^.]+)?\.v2$|containerd-shim-kata-v2$/.test(type) ? null : type
}
