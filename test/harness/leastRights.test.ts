import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { prepareSession } from '../../cli/prepareSession.ts'
import { defaultSettings } from '../../cli/runSettings.ts'
import { exitCodeOf, oneLine } from '../../cli/failure.ts'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import type { PreparedRun, Session } from '../../engine/mocha/preparedRun.ts'
import { doctor, type DoctorOptions } from '../../cli/doctor.ts'
import { type AccessRule, accessFor } from '../../engine/access/accessRules.ts'
import { removeLeftovers } from '../../engine/cluster/removeLeftovers.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import { type Asked, askedBy, type AuditedRequest, rightsOf } from './auditTrail.ts'
import { command, fixtures, recordOf, scratch } from './commandLine.ts'
import { type LimitedUser, userWith, withoutEach } from './limitedUser.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

const runRules = accessFor({ command: 'run', probe: true, minor: 34 })
const doctorRules = accessFor({ command: 'doctor', probe: true, minor: 34 })
const readingRules = accessFor({ command: 'doctor', probe: false, minor: 34 })
const cleanRules = accessFor({ command: 'clean', probe: true, minor: 34 })

const named = ({ group, resource }: AccessRule): string => (group === '' ? resource : `${resource}.${group}`)
const asDoctor = (kubeconfig: string, probe = true): DoctorOptions => ({
  kubeconfig,
  probe,
  node: [],
  namespacePrefix: 'kata-conformance',
  output: 'json',
})

describe('the rights that rbac prints', () => {
  const results = scratch()
  const trail: AuditedRequest[] = []
  let target: Target
  let users = 0

  const user = (rules: readonly AccessRule[]): Promise<LimitedUser> =>
    userWith(target, `limited-${(users += 1)}`, rules)
  /** A run up to its plan, in this process; it must make nothing that stays. */
  async function prepared<T>(
    kubeconfig: string,
    registered: Parameters<Session>[0],
    use: (run: PreparedRun) => Promise<T>,
  ): Promise<T> {
    const settings = { ...defaultSettings, kubeconfig, probe: false, out: results.folder }
    const handle = await prepareSession(settings, [], () => undefined)
    try {
      return await use(await handle.session(registered))
    } finally {
      await handle.close()
    }
  }
  const isExactly = ({ used, forbidden }: Asked, rules: readonly AccessRule[]) => {
    expect(forbidden, 'forbidden requests').to.deep.equal([])
    expect(used, 'what was used, and what was granted').to.have.members(rightsOf(rules))
  }
  /** What an earlier run left behind, as its administrator sees it. */
  async function leaveBehind(id: string): Promise<void> {
    const labels = { 'app.kubernetes.io/managed-by': 'kata-conformance', 'kata-conformance.dev/run': id }
    const metadata = { name: `kata-conformance-${id}`, labels }
    await target.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata })
    await target.cluster.create({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata, handler: 'runc' })
  }

  before(async () => {
    target = await startTarget({ audit: (event) => void trail.push(event) })
  })

  after(async () => {
    await target.close()
    results.remove()
  })

  it('a run uses each of them, and is refused nothing', async () => {
    const { kubeconfig, username } = await user(runRules)
    const argv = ['run', '--kubeconfig', kubeconfig, '--runtime-class', 'kata-qemu', '--chapter', 'RTCLASS,ARCH']
    const end = await command([...argv, '--out', results.folder])
    expect(end.code, end.stdout + end.stderr).to.equal(0)
    isExactly(askedBy(username, trail), runRules)
    expect(recordOf(results.runs().at(-1) ?? '').facts.find(({ name }) => name === 'nodeProbe')?.value).to.equal(true)
  })

  it('doctor uses each of its own', async () => {
    const { kubeconfig, username } = await user(doctorRules)
    expect((await doctor(asDoctor(kubeconfig))).exitCode).to.equal(0)
    isExactly(askedBy(username, trail), doctorRules)
  })

  it('doctor --no-probe reads only', async () => {
    const { kubeconfig, username } = await user(readingRules)
    expect((await doctor(asDoctor(kubeconfig, false))).exitCode).to.equal(0)
    isExactly(askedBy(username, trail), readingRules)
    expect(rightsOf(readingRules).every((each) => each.startsWith('list '))).to.equal(true)
  })

  it('clean uses each of its own', async () => {
    const { kubeconfig, username } = await user(cleanRules)
    await leaveBehind('left')
    const end = await command(['clean', '--kubeconfig', kubeconfig, '--all'])
    expect(end).to.deep.include({
      code: 0,
      stdout: 'RuntimeClass/kata-conformance-left removed\nNamespace/kata-conformance-left removed\n',
    })
    isExactly(askedBy(username, trail), cleanRules)
  })

  const lackingOne = withoutEach(runRules)
  for (const { rule, verb, rest } of lackingOne.filter((each) => !each.rule.optional)) {
    it(`a run without ${verb} ${named(rule)} does not begin`, async () => {
      const error = await prepared((await user(rest)).kubeconfig, [], async () => null).then(
        () => expect.fail('it began'),
        (reason: Error) => reason,
      )
      expect(oneLine(error)).to.match(/^kata-conformance: not permitted: .* kata-conformance rbac --for run$/)
      expect(error.message.replace(/ in the namespace .*/, '.')).to.include(`cannot ${verb} ${named(rule)}.`)
      expect(exitCodeOf(error)).to.equal(3)
      expect(await target.made()).to.deep.equal([])
    })
  }

  for (const { rule, verb, rest } of lackingOne.filter((each) => each.rule.optional)) {
    it(`a run without ${verb} ${named(rule)} says what it does not know or skips for that`, async () => {
      const { kubeconfig } = await user(rest)
      const said = await prepared(kubeconfig, await loadSpecs(), async ({ plan, finish }) => {
        const skipped = plan.arms.map(({ decided }) => decided?.reason ?? '')
        return [...(await finish()).notes, ...skipped].join('\n')
      })
      expect(said).to.match(
        rule.resource === 'runtimeclasses'
          ? new RegExp(`needs permission to create RuntimeClasses: .* of ${named(rule)}: ${verb} not allowed`)
          : new RegExp(`not permitted: ${named(rule)} is forbidden: .* cannot ${verb} resource "${rule.resource}"`),
      )
      expect(await target.made()).to.deep.equal([])
    })
  }

  for (const { rule, verb, rest } of withoutEach(doctorRules)) {
    it(`doctor without ${verb} ${named(rule)} says so`, async () => {
      const { kubeconfig } = await user(rest)
      const said = await doctor(asDoctor(kubeconfig)).then(
        ({ text }) => text,
        (error: Error) => error.message,
      )
      expect(said).to.match(
        new RegExp(`not permitted: .*cannot ${verb} (${named(rule)}|resource \\\\*"${rule.resource}\\\\*")`),
      )
      expect(await target.made()).to.deep.equal([])
    })
  }

  for (const { rule, verb, rest } of withoutEach(cleanRules)) {
    it(`clean without ${verb} ${named(rule)} says so`, async () => {
      const { kubeconfig } = await user(rest)
      await leaveBehind(`left-${users}`)
      const cluster = await connect({ kubeconfig })
      try {
        const left = await removeLeftovers(cluster, { dryRun: false, timeoutMs: 10_000 }).then(
          (found) => found.map(({ kind, why }) => `${kind}: ${why}`).join('\n'),
          (error: Error) => error.message,
        )
        expect(left).to.match(new RegExp(`not permitted: ${named(rule)} .*cannot ${verb} resource "${rule.resource}"`))
      } finally {
        await cluster.close()
        await removeLeftovers(target.cluster, { dryRun: false, timeoutMs: 10_000 })
      }
    })
  }
})

describe('exec on Kubernetes 1.35', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-scenario-'))
  const trail: AuditedRequest[] = []
  const rules = accessFor({ command: 'run', probe: true, minor: 35 })
  let target: Target

  before(async () => {
    const small = readFileSync(path.join(import.meta.dirname, '../../sim/scenarios/small.yaml'), 'utf8')
    const scenario = path.join(folder, 'next.yaml')
    writeFileSync(scenario, small.replace(/kubernetesVersion: .*/, 'kubernetesVersion: v1.35.0'))
    target = await startTarget({ scenario, audit: (event) => void trail.push(event) })
  })

  after(async () => {
    await target.close()
    rmSync(folder, { recursive: true })
  })

  const run = (kubeconfig: string) =>
    command(
      [
        'run',
        '--kubeconfig',
        kubeconfig,
        '--runtime-class',
        'kata-qemu',
        '--behaviour',
        'KATA-PASS-002',
        '--out',
        folder,
      ],
      { KATA_CONFORMANCE_SPECS: fixtures('verdicts') },
    )

  it('needs create besides get', async () => {
    const { kubeconfig, username } = await userWith(target, 'both', rules)
    const end = await run(kubeconfig)
    expect(end.code, end.stderr).to.equal(0)
    expect(askedBy(username, trail).forbidden).to.deep.equal([])
  })

  it('with the rights of 1.34 a run does not begin', async () => {
    const { kubeconfig } = await userWith(target, 'one', runRules)
    const end = await run(kubeconfig)
    expect(end.stderr).to.match(/cannot create pods\/exec in the namespace/)
    expect(end.code).to.equal(3)
  })
})
