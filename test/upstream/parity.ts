import { readFileSync } from 'node:fs'
import path from 'node:path'
import { load } from 'js-yaml'
import { z } from 'zod'

const root = path.join(import.meta.dirname, '../..')
export const parityFile = path.join(root, 'docs/upstream-parity.md')

const ids = z.array(z.string()).min(1)
const text = z.string().min(1)
/** What the suite never does or has, by which a case stays out. */
const lacking = {
  setting: 'a setting of the node, which the suite never changes',
  image: 'an image that the suite does not have',
  command: 'another command of the suite',
} as const

/** Exactly one of: the claims whose checks cover it, why it is none of this suite's, what it needs that is not here, or why nothing covers it. */
const answer = [
  z.strictObject({ by: ids, note: text.optional() }),
  z.strictObject({ reason: text }),
  z.strictObject({ lacks: z.enum(['setting', 'image', 'command']), why: text }),
  z.strictObject({ open: text }),
] as const

const Parity = z.strictObject({
  commit: text,
  release: text,
  folder: text,
  files: z.record(
    z.string().endsWith('.bats'),
    z.array(z.union(answer.map((each) => each.extend({ case: text })))).min(1),
  ),
  unasserted: z.array(z.union(answer.map((each) => each.extend({ what: text })))),
})
export type Parity = z.infer<typeof Parity>

type Answer =
  | { by: string[]; note?: string | undefined }
  | { reason: string }
  | { lacks: keyof typeof lacking; why: string }
  | { open: string }

/** specs/upstream/parity.yaml. Throws ZodError when an entry says none or several of by, reason, lacks and open. */
export const loadParity = (): Parity =>
  Parity.parse(load(readFileSync(path.join(root, 'specs/upstream/parity.yaml'), 'utf8')))

/** Every answer of the map, with what it is about. */
export const answersOf = ({ files, unasserted }: Parity): (Answer & { about: string })[] => [
  ...Object.entries(files).flatMap(([file, cases]) =>
    cases.map((each) => ({ ...each, about: `${file}: ${each.case}` })),
  ),
  ...unasserted.map((each) => ({ ...each, about: each.what })),
]

/** docs/upstream-parity.md. */
export function parityDocument(parity: Parity): string {
  const cases = Object.values(parity.files).flat()
  const count = (kind: 'by' | 'reason' | 'lacks' | 'open') => cases.filter((each) => kind in each).length
  const files = Object.entries(parity.files).flatMap(([file, of]) =>
    of.map((each) => `| ${file} | ${each.case} | ${said(each)} |`),
  )
  return [
    "# Upstream's own tests",
    '',
    `Generated from \`specs/upstream/parity.yaml\` by \`node --import=tsx test/upstream/writeParity.ts\`. Of the ${cases.length} cases in ${Object.keys(parity.files).length} files of`,
    `\`${parity.folder}\` of kata-containers (${parity.commit}, ${parity.release}) ${count('by')} are covered by checks, ${count('reason')} are out of this suite's field (confidential computing, agent policy,`,
    `vendor hardware), ${count('lacks')} need what is not here ("not here: …" says what), ${count('open')} are open.`,
    '',
    '| file | case | covered by |',
    '| --- | --- | --- |',
    ...files,
    '',
    '## What nobody upstream asserts',
    '',
    '| what | covered by |',
    '| --- | --- |',
    ...parity.unasserted.map((each) => `| ${each.what} | ${said(each)} |`),
    '',
  ].join('\n')
}

function said(answer: Answer): string {
  if ('reason' in answer) return `not here: ${answer.reason}`
  if ('lacks' in answer) return `not here: ${lacking[answer.lacks]}: ${answer.why}`
  if ('open' in answer) return `open: ${answer.open}`
  return answer.by.join(', ') + (answer.note === undefined ? '' : `: ${answer.note}`)
}
