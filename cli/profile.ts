import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { collectList } from './collect.ts'
import type { LookOptions } from './probedFacts.ts'
import { UsageError } from './usageError.ts'

interface DetectOptions extends LookOptions {
  out?: string
}

export function addProfileCommand(program: Command): void {
  const profile = program
    .command('profile')
    .description('what the cluster must have: write one from a cluster, check one')
  profile
    .command('detect')
    .description('print a profile of the cluster as it is, to start from')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--node <name>', 'probe only this node (repeatable)', collectList, [])
    .option('--no-probe', 'make nothing in the cluster; what only a pod on the node can see is left out then')
    .option('--probe-image <ref>', 'a busybox for the probe')
    .option('--namespace-prefix <prefix>', "prefix of the probe's namespace", 'kata-conformance')
    .option('--out <file>', 'write it there, unless the file exists')
    .action(async (options: DetectOptions) => {
      const text = await detect(options)
      if (options.out === undefined) process.stdout.write(text)
      else writeNew(options.out, text)
    })
  profile
    .command('schema')
    .description('print the JSON Schema of profiles, for editors')
    .action(async () => {
      const { profileSchema } = await import('../helpers/profile/profileSchema.ts')
      process.stdout.write(profileSchema())
    })
  profile
    .command('check')
    .argument('<file>', "a profile, the guide's kataContainers: block, or values of the kata-deploy chart")
    .description('read a profile and say what it was read as and what it declares')
    .action(async (file: string) => void process.stdout.write(await check(file)))
}

/** The profile of a cluster as it is, as YAML. Throws KubeconfigError (2), ApiError (3). */
export async function detect(options: DetectOptions): Promise<string> {
  const { onCluster, probedFacts } = await import('./probedFacts.ts')
  const { detectedProfile } = await import('../helpers/profile/detectedProfile.ts')
  const { storageOf } = await import('../helpers/profile/storageOf.ts')
  return onCluster(options, async (cluster, signal) => {
    const given = { declared: null, declaredVersion: null }
    const [{ facts, notes }, storage] = await Promise.all([
      probedFacts(cluster, options, given, signal),
      storageOf(cluster),
    ])
    return detectedProfile(facts, storage, notes)
  })
}

/** What a file declares, for whoever writes one. Throws ProfileError. */
export async function check(file: string): Promise<string> {
  const { loadProfile } = await import('../helpers/profile/loadProfile.ts')
  const { declarationsOf, declarationText } = await import('../helpers/profile/declaration.ts')
  const profile = loadProfile(file)
  const { kataVersion, distribution, classes, knownDeviations, notes, source } = profile
  const systems = declarationsOf(profile).filter(({ kind }) => kind !== 'class')
  const said = { profile: "the suite's own format", guide: "the guide's block", chart: 'chart values' }[source]
  const names = classes === null ? 'no RuntimeClasses' : `RuntimeClasses ${classes.map(({ name }) => name).join(', ')}`
  const known = `${knownDeviations.length} known deviation${knownDeviations.length === 1 ? '' : 's'}`
  const lines = [
    `${file}: ${said}`,
    `Kata ${kataVersion ?? 'of no declared release'}, distribution ${distribution ?? 'not declared'}`,
    names,
    ...(systems.length === 0 ? [] : [`must have ${systems.map(declarationText).join(', ')}`]),
    known,
    ...notes,
  ]
  return `${lines.join('\n')}\n`
}

/** Throws UsageError: somebody may have edited the file that is there. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException
    throw new UsageError(
      code === 'EEXIST' ? `${file} is there already; give another --out` : `${file} cannot be written (${code})`,
    )
  }
}
