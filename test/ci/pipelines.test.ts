import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { expect } from 'chai'
import { loadAll } from 'js-yaml'
import { command } from '../harness/commandLine.ts'

type Schema = Record<string, unknown>

const text = (file: string): string => readFileSync(path.join(import.meta.dirname, '../../docs/ci', file), 'utf8')
const schema = (file: string): Schema =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'schemas', file), 'utf8')) as Schema

/** Fields that an object's schema does not name are refused, as a server with strict field validation refuses them. */
function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict)
  if (typeof value !== 'object' || value === null) return value
  const closed = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, strict(each)]))
  const open = 'properties' in closed && !('additionalProperties' in closed) && typeof closed['properties'] === 'object'
  return open ? { ...closed, additionalProperties: false } : closed
}

const compiled = (root: Schema): ValidateFunction =>
  new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(root)

const kept = new Map<string, ValidateFunction>()

/** Compiled once: the larger ones take a second. @param definition where the root is one of several */
function validatorOf(file: string, definition?: string): ValidateFunction {
  const key = `${file} ${definition ?? ''}`
  const made =
    kept.get(key) ??
    compiled(
      definition === undefined
        ? schema(file)
        : { ...(strict(schema(file)) as Schema), $ref: `#/definitions/${definition}` },
    )
  kept.set(key, made)
  return made
}

const validators: Readonly<Record<string, (document: unknown) => ValidateFunction>> = {
  'github-actions.yaml': () => validatorOf('github-workflow.json'),
  'gitlab-ci.yaml': () => validatorOf('gitlab-ci.json'),
  'tekton.yaml': (document) => validatorOf('tekton.json', `v1.${(document as { kind: string }).kind}`),
  'argo-workflows.yaml': () => validatorOf('argo-workflows.json', 'io.argoproj.workflow.v1alpha1.WorkflowTemplate'),
}

const slips = (file: string, document: unknown): string[] => {
  const validate = validators[file]?.(document)
  if (!validate) throw new Error(`no schema for ${file}`)
  validate(document)
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`)
}

/** A slip in each, as somebody may make it. */
const mistakes: readonly [file: string, was: string, is: string][] = [
  ['github-actions.yaml', 'runs-on:', 'run-on:'],
  ['github-actions.yaml', 'timeout-minutes: 180', 'timeout-minute: 180'],
  ['gitlab-ci.yaml', 'junit: results/*/junit.xml', 'junits: results/*/junit.xml'],
  ['gitlab-ci.yaml', 'when: always\n    expose_as', 'when: ever\n    expose_as'],
  ['tekton.yaml', 'runAfter: [run]', 'runAfter: run'],
  ['tekton.yaml', 'computeResources:', 'resource:'],
  ['argo-workflows.yaml', 'depends:', 'depend:'],
  ['argo-workflows.yaml', 'claimName:', 'claim:'],
]

describe('pipelines in docs/ci', () => {
  for (const file of Object.keys(validators)) {
    it(`${file} is what its schema says`, () => {
      const documents = loadAll(text(file))
      expect(documents).to.not.be.empty
      for (const document of documents) expect(slips(file, document)).to.deep.equal([])
    })
  }

  for (const [file, was, is] of mistakes) {
    it(`${file} with ${is.split('\n')[0]} is not`, () => {
      expect(text(file)).to.contain(was)
      expect(loadAll(text(file).replace(was, is)).flatMap((document) => slips(file, document))).to.not.be.empty
    })
  }

  it('have options that the commands have', async () => {
    const used = new Map<string, Set<string>>()
    for (const [name, argv] of Object.keys(validators).flatMap((file) => commandsIn(text(file))))
      for (const option of argv.filter((word) => /^--[a-z-]+$/.test(word)))
        used.set(name, (used.get(name) ?? new Set()).add(option))
    expect([...used.keys()].sort()).to.deep.equal(['gate', 'run'])
    for (const [name, options] of used) {
      const { stdout } = await command([name, '--help'])
      for (const option of options) expect(stdout, `${name} ${option}`).to.match(new RegExp(`^  ${option} `, 'm'))
    }
  })
})

/** Commands of the suite that a pipeline gives, as script lines or as arguments of a container. */
function commandsIn(yaml: string): [command: string, argv: string[]][] {
  const found: [string, string[]][] = []
  const walk = (value: unknown): void => {
    if (typeof value === 'string') {
      for (const line of value.split('\n')) {
        const [, name, rest] = /kata-conformance\.js ([a-z]+)(.*)/.exec(line) ?? []
        if (name !== undefined) found.push([name, (rest ?? '').trim().split(/\s+/)])
      }
    } else if (Array.isArray(value)) value.forEach(walk)
    else if (typeof value === 'object' && value !== null) {
      const { command: entry, args } = value as { command?: string[]; args?: string[] }
      if (Array.isArray(entry) && args !== undefined) found.push([String(args[0]), args.slice(1)])
      Object.values(value).forEach(walk)
    }
  }
  loadAll(yaml).forEach(walk)
  return found
}
