import { asBoolean, asText, fromToml, type ClassOnNode } from './classOnNode.ts'
import { known, unknown, type Fact } from './fact.ts'
import type { ShimFamily } from './facts.ts'

/**
 * Where an emptyDir on disk lives. The Go shim: disable_guest_empty_dir, false up to 3.32 and true from 4.0 in the packaged file, absent is false. The
 * Rust shims: emptydir_mode (shared-fs from 3.31), and disable_guest_empty_dir where there is none yet. Without a shared file system it is always the guest's.
 * Source: upstream Makefiles (DEFDISABLEGUESTEMPTYDIR, DEFEMPTYDIRMODE), kata_agent.go handleLocalStorage.
 */
export function detectEmptyDir(
  on: ClassOnNode,
  family: ShimFamily | null,
  sharedFs: string | null,
): Fact<'guest' | 'node'> {
  if (sharedFs === 'none') return known('guest', 'the class has no shared file system')
  const old = fromToml(on, 'runtime', 'disable_guest_empty_dir', asBoolean, (where) =>
    known(false, `no disable_guest_empty_dir in ${where}: Kata then takes false`),
  )
  const byFlag: Fact<'guest' | 'node'> =
    old.value === null ? unknown(old.how) : { ...old, value: old.value ? 'node' : 'guest' }
  if (family === null) return unknown('the shim is unknown')
  if (family === 'go') return byFlag
  const mode = fromToml(on, 'runtime', 'emptydir_mode', asText, () => known('', ''))
  if (mode.value === '') return byFlag
  return mode.value === null ? unknown(mode.how) : { ...mode, value: mode.value === 'shared-fs' ? 'node' : 'guest' }
}
