import { Option, type Command } from 'commander'
import { collect } from './collect.ts'

interface ImagesOptions {
  image: string[]
  imageRegistry?: string
  pinImages?: boolean
  pullScript: boolean
  output: 'table' | 'json' | 'yaml'
}

export function addImagesCommand(program: Command): void {
  program
    .command('images')
    .description('print the images that a run may use, or a script that brings them to a cluster without a way out')
    .option('--image <name=ref>', 'replace an image, as for run (repeatable)', collect, [])
    .option('--image-registry <prefix>', 'of a mirror that has every image, as for run')
    .option('--pin-images', 'by tag and digest, as for run', false)
    .option('--pull-script', 'a shell script: into the mirror, or into a file for nodes without one', false)
    .addOption(new Option('-o, --output <format>', 'format').choices(['table', 'json', 'yaml']).default('table'))
    .action(async (options: ImagesOptions) => void process.stdout.write(await images(options)))
}

interface UsedImage {
  readonly name: string
  /** As its publisher has it. */
  readonly from: string
  /** Of what is meant by that, where it is known. */
  readonly digest: string | null
  /** As a run with these options asks for it. */
  readonly image: string
  readonly why: string
}

/** The images in the asked form. Throws ImageError. */
export async function images(options: ImagesOptions): Promise<string> {
  const { listedImages, loadImages } = await import('../helpers/pods/images.ts')
  const resolver = loadImages(options.image, options.imageRegistry, options.pinImages)
  const used = listedImages().map(({ name, image, digest, why }) => ({
    name,
    from: image,
    digest,
    image: resolver.resolve(name),
    why,
  }))
  if (options.pullScript) return pullScript(used)
  if (options.output === 'json') return `${JSON.stringify(used, null, 2)}\n`
  if (options.output === 'yaml') return (await import('js-yaml')).dump(used, { lineWidth: -1 })
  const { plainTable } = await import('./terminal/plainTable.ts')
  return plainTable(
    ['NAME', 'IMAGE', 'DIGEST', 'FOR'],
    used.map(({ name, image, digest, why }) => [name, image, digest ?? '–', why]),
  )
}

/** Own images are built, not pulled. */
const builtHere = new Set(['suite'])

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** As docker names what it pulled by digest; it keeps no tag of it. */
const byDigest = ({ from, digest }: UsedImage): string => `${from.replace(/:[^/:]+$/, '')}@${digest}`

/** Where a mirror has it: by its tag. A digest is the mirror's own answer. */
const withoutDigest = (image: string): string => image.replace(/@.+$/, '')

/**
 * A script for a machine that reaches the publishers and has docker (or podman, as DOCKER says). What is pulled is the digest that is known, whatever the tag
 * has become. Images that have another place in this run are pushed there; without any, all are saved into one file, by their tags, which
 * `ctr -n k8s.io images import` reads on each node.
 */
function pullScript(used: readonly UsedImage[]): string {
  const own = used.filter(({ name }) => builtHere.has(name))
  const wanted = used
    .filter(({ name }) => !builtHere.has(name))
    .map((each) => ({ ...each, image: withoutDigest(each.image) }))
    .filter(
      (each, index, all) => all.findIndex(({ from, image }) => from === each.from && image === each.image) === index,
    )
  const sources = wanted.filter((each, index) => wanted.findIndex(({ from }) => from === each.from) === index)
  const pushed = wanted.filter(({ from, image }) => from !== image)
  const kept = wanted.filter(({ from, image }) => from === image)
  const docker = '"${DOCKER:-docker}"'
  const pull = (each: UsedImage): string[] =>
    each.digest === null
      ? [`${docker} pull ${quoted(each.from)}`]
      : [`${docker} pull ${quoted(byDigest(each))}`, `${docker} tag ${quoted(byDigest(each))} ${quoted(each.from)}`]
  return [
    '#!/bin/sh',
    '# Images of kata-conformance, for a machine that reaches their publishers.',
    'set -eu',
    ...sources.flatMap(pull),
    ...pushed.flatMap(({ from, image }) => [
      `${docker} tag ${quoted(from)} ${quoted(image)}`,
      `${docker} push ${quoted(image)}`,
    ]),
    ...(kept.length > 0
      ? [
          `${docker} save -o kata-conformance-images.tar ${kept.map(({ image }) => quoted(image)).join(' ')}`,
          '# On each node: ctr -n k8s.io images import kata-conformance-images.tar',
        ]
      : []),
    ...own.map(({ image }) => `# ${image}: npm run image builds it; it is for run --in-cluster alone`),
    '',
  ].join('\n')
}
