import { type Command, Option } from 'commander'
import { collect } from './collect.ts'
import type { Purpose } from './inCluster/manifests.ts'
import { count } from './runSettings.ts'

interface Options {
  for: Purpose
  image: string[]
  shards: number
  kataNamespace?: string
}

export function addManifestsCommand(program: Command): void {
  program
    .command('manifests')
    .description('print what runs the suite inside the cluster, for kubectl apply or Sonobuoy')
    .addOption(
      new Option('--for <purpose>', 'one Job, an Indexed Job of shards, or a Sonobuoy plugin')
        .choices(['job', 'shards', 'sonobuoy'] satisfies Purpose[])
        .default('job'),
    )
    .option('--image <name=ref>', 'the image, as suite=registry.example/kata-conformance:0.1.0', collect, [])
    .option('--shards <n>', 'with --for shards: pods of the Job', (text) => count(text, '--shards'), 3)
    .option('--kata-namespace <namespace>', 'where kata-deploy is: the suite may then read its ConfigMaps')
    .action(print)
}

/** Throws ImageError. */
async function print({ for: purpose, image, shards, kataNamespace }: Options): Promise<void> {
  const { loadImages } = await import('../helpers/pods/images.ts')
  const { manifests } = await import('./inCluster/manifests.ts')
  process.stdout.write(
    manifests(purpose, { image: loadImages(image).resolve('suite'), shards, kataNamespace: kataNamespace ?? null }),
  )
}
