import { existsSync, mkdtempSync, readdirSync, rmdirSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { distance } from 'fastest-levenshtein'
import type { Catalog } from '../engine/catalog/loadCatalog.ts'
import type { Cluster } from '../helpers/cluster/cluster.ts'
import type { RunSettings } from './runSettings.ts'
import { UsageError } from './usageError.ts'

/** Throws UsageError with the nearest names. */
export function checkNames(settings: RunSettings, { claims, chapters }: Catalog): void {
  checkNamed('behaviour', settings.behaviour, [...claims.keys()])
  checkNamed(
    'chapter',
    settings.chapter,
    chapters.map(({ name }) => name),
  )
  checkNamed('level', settings.level, ['MUST', 'SHOULD', 'MAY', 'INFO'])
}

function checkNamed(kind: string, wanted: readonly string[], known: readonly string[], where = ''): void {
  for (const name of wanted) {
    if (known.includes(name)) continue
    const nearest = [...known].sort((a, b) => distance(name, a) - distance(name, b)).slice(0, 3)
    const instead = nearest.length > 0 ? `nearest: ${nearest.join(', ')}` : 'there is none at all'
    throw new UsageError(`there is no ${kind} ${name}${where}; ${instead}`)
  }
}

/** Throws UsageError for a RuntimeClass or a node that the cluster does not have: all of it would be skipped. */
export async function checkTargets(settings: RunSettings, cluster: Cluster): Promise<void> {
  const names = async (apiVersion: string, kind: string) =>
    (await cluster.list({ apiVersion, kind })).map(({ metadata }) => metadata.name ?? '')
  const where = ` in ${cluster.context}`
  if (settings.runtimeClass.length > 0)
    checkNamed('RuntimeClass', settings.runtimeClass, await names('node.k8s.io/v1', 'RuntimeClass'), where)
  if (settings.node.length > 0) checkNamed('node', settings.node, await names('v1', 'Node'), where)
}

/** Throws UsageError for options of the simulated cluster on a run that is not on it. */
export function checkSimulated({ sim, scenario, kataVersion, context, kubeconfig }: RunSettings): void {
  const idle = sim
    ? { '--context': context, '--kubeconfig': kubeconfig }
    : { '--scenario': scenario, '--kata-version': kataVersion }
  for (const [option, value] of Object.entries(idle)) {
    if (value === undefined) continue
    throw new UsageError(
      sim
        ? `${option} and --sim name two clusters; give one of them`
        : `${option} is about the simulated cluster; add --sim`,
    )
  }
}

const NEEDED_BYTES = 50 * 2 ** 20

/** Throws UsageError when results cannot be written there. Tries it: root is denied nothing by access rights, and /proc says it is writable. */
export function checkOutput(out: string): void {
  let folder = path.resolve(out)
  while (!existsSync(folder)) folder = path.dirname(folder)
  const refuse = (why: string) =>
    new UsageError(`results cannot be written to ${out}: ${why}; choose another folder with --out`)
  if (!statSync(folder).isDirectory()) throw refuse(`${folder} is not a folder`)
  try {
    rmdirSync(mkdtempSync(path.join(folder, '.kata-conformance-')))
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException
    throw refuse(
      code === 'EACCES' || code === 'EPERM' ? `no permission for ${folder}` : `${folder} takes no new folder (${code})`,
    )
  }
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < NEEDED_BYTES) throw refuse('less than 50 MiB are free there')
}

/** Throws UsageError where a run lies already: only an id that the operator gave can be there. */
export function checkNewRun(folder: string): void {
  if (existsSync(path.join(folder, 'events.ndjson')))
    throw new UsageError(`${folder} holds a run already; choose another folder with --out`)
}

/** A run that cannot begin leaves no folder that it made for its results. */
export async function withoutEmptyFolder<T>(out: string, work: () => Promise<T>): Promise<T> {
  const isNew = !existsSync(out)
  try {
    return await work()
  } catch (error) {
    if (isNew && existsSync(out) && readdirSync(out).length === 0) rmdirSync(out)
    throw error
  }
}
