import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { kataVersionOf } from '../record/kataVersionOf.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { allureResult } from './allureResult.ts'

/** Writes allure-results/ anew: results, evidence as attachments, environment and categories. */
export async function writeAllureResults(folder: string, record: RunRecord): Promise<void> {
  const { FileSystemWriter } = await import('allure-js-commons/sdk/reporter')
  const target = path.join(folder, 'allure-results')
  const part = `${target}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  const writer = new FileSystemWriter({ resultsDir: part })
  for (const arm of record.arms) {
    const result = allureResult(arm, record)
    for (const { name, path: file, mediaType } of arm.evidence) {
      const from = path.join(folder, file)
      if (!existsSync(from)) continue
      const source = `${result.uuid}-${result.attachments.length}-attachment${path.extname(file)}`
      writer.writeAttachmentFromPath(source, from)
      result.attachments.push({ name, source, type: mediaType })
    }
    writer.writeResult(result)
  }
  writer.writeEnvironmentInfo(environment(record))
  writer.writeCategoriesDefinitions(categories as never)
  rmSync(target, { recursive: true, force: true })
  renameSync(part, target)
}

const environment = (record: RunRecord): Record<string, string> => ({
  run: record.runId,
  mode: record.simulated ? 'SIMULATED' : 'real cluster',
  context: record.cluster.context,
  Kubernetes: record.cluster.kubernetesVersion,
  Kata: kataVersionOf(record) ?? 'unknown',
})

const categories = [
  { name: 'Departs from the documented behaviour', matchedStatuses: ['failed'] },
  { name: 'Infrastructure or environment kept us from knowing', matchedStatuses: ['broken'] },
  { name: 'Known deviations', matchedStatuses: ['skipped'], messageRegex: '.*Known: .*' },
  { name: 'Needs that are not met', matchedStatuses: ['skipped'] },
]
