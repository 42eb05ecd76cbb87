import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { loadKubeConfig } from '../../helpers/cluster/kubeconfig.ts'
import type { UpgradeOptions } from '../upgrade.ts'

/** A kubeconfig with the one context that the upgrade is for: a command that names none cannot reach another cluster. */
export function commandKubeconfig({ kubeconfig, context }: Pick<UpgradeOptions, 'kubeconfig' | 'context'>): {
  readonly file: string
  remove(): void
} {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-upgrade-'))
  const file = path.join(folder, 'kubeconfig')
  writeFileSync(file, loadKubeConfig({ kubeconfig, context }).exportConfig(), { mode: 0o600 })
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
