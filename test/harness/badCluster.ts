import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import type { AccessRule } from '../../engine/access/accessRule.ts'
import { accessFor } from '../../engine/access/accessRules.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import type { Verdict } from '../../reports/record/verdict.ts'
import type { Intercept } from './apiProxy.ts'
import { type Ended, command, type Environment, fixtures, recordOf, scratch } from './commandLine.ts'

/** The verdict of each arm of the fixture: the pod, the pod that may be refused, the node probe. */
export type Verdicts = readonly [pod: Verdict, settled: Verdict, probe: Verdict]

export interface Expected {
  readonly exitCode: number
  /** Null: the run does not begin, and leaves no results. */
  readonly verdicts: Verdicts | null
  /** One line of standard error, or the message of an arm that is not passed. */
  readonly says: RegExp
}

/** Runs the fixture on a cluster that is not in order: what the operator sees, what is left, and that Kata is blamed for none of it. */
export async function runOnBadCluster(
  kubeconfig: string,
  expected: Expected,
  more: { readonly argv?: readonly string[]; readonly env?: Environment } = {},
): Promise<void> {
  const results = scratch()
  try {
    const argv = ['run', '--kubeconfig', kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder]
    const end = await command(
      [...argv, ...(more.argv ?? [])],
      { KATA_CONFORMANCE_SPECS: fixtures('badCluster'), ...more.env },
      160_000,
    )
    expect(end.code, end.stderr).to.equal(expected.exitCode)
    const [run] = results.runs()
    if (expected.verdicts === null) return expectNotBegun(end, run, expected.says)
    const { arms, leaked } = recordOf(run ?? '')
    const verdicts = ['001', '002', '003'].map(
      (number) => arms.find(({ id }) => id.startsWith(`KATA-BAD-${number} `))?.verdict,
    )
    expect(verdicts, arms.map(({ message }) => message).join('\n')).to.deep.equal(expected.verdicts)
    expect(leaked, 'left behind').to.deep.equal([])
    const lines = [...end.stderr.split('\n'), ...arms.map(({ message }) => (message ?? '').split('\n')[0] ?? '')]
    expect(
      lines.filter((line) => expected.says.test(line)),
      `${String(expected.says)} in\n${lines.join('\n')}`,
    ).not.to.be.empty
  } finally {
    results.remove()
  }
}

function expectNotBegun(end: Ended, run: string | undefined, says: RegExp): void {
  expect(run, 'results of a run that did not begin').to.equal(undefined)
  expect(end.stderr.trimEnd().split('\n'), 'lines').to.have.length(1)
  expect(end.stderr).to.match(says)
}

/** metav1.Status of a refusal. */
export const refusal = (code: number, reason: string, message: string): { status: number; body: object } => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
})

const pods = /\/namespaces\/[^/]+\/pods$/

/** Every pod is answered so. */
export const podsAnswered = (code: number, reason: string, message: string): Intercept => ({
  method: 'POST',
  path: pods,
  answer: () => Promise.resolve(refusal(code, reason, message)),
})

/** A controller puts an object into each new namespace, as those of tenants do; here before anybody else hears of the namespace. */
export const inEachNamespace = (create: (namespace: string) => Promise<unknown>): Intercept => ({
  method: 'POST',
  path: /\/namespaces$/,
  async answer({ body }, forward) {
    const reply = await forward()
    if (reply.status === 201) await create((body as { metadata: { name: string } }).metadata.name)
    return reply
  },
})

/** Of a process whose clock is wrong by so many ms. */
export function shiftedClock(folder: string, ms: number): Environment {
  const file = path.join(folder, `clock-${ms}.mjs`)
  const code = `const now = Date.now
globalThis.Date = class extends Date {
  constructor(...given) { given.length === 0 ? super(now() + ${ms}) : super(...given) }
  static now() { return now() + ${ms} }
}`
  writeFileSync(file, code)
  return { NODE_OPTIONS: `--import=${file}` }
}

/** All that a run needs on 1.34, but for watching. */
export const rightsWithoutWatch = (): AccessRule[] =>
  accessFor({ command: 'run', probe: true, nodeChanges: false, minor: 34 }).flatMap((rule) => {
    const verbs = rule.verbs.filter((verb) => verb !== 'watch')
    return verbs.length === 0 ? [] : [{ ...rule, verbs }]
  })

/** A namespace of an earlier run which somebody's finalizer holds; returns how to remove it. */
export async function terminatingNamespace(cluster: Cluster): Promise<() => Promise<void>> {
  const run = '20260101-000000-aaaa'
  const labels = { 'app.kubernetes.io/managed-by': 'kata-conformance', 'kata-conformance.dev/run': run }
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: `kata-conformance-${run}` }
  await cluster.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace.name, labels, finalizers: ['example.com/hold'] },
  })
  await cluster.delete(namespace)
  return async () => {
    await cluster.patch(namespace, { metadata: { finalizers: null } }, { type: 'merge' })
    await cluster.waitForDeleted(namespace, { what: 'deletion', timeoutMs: 60_000 })
  }
}
