import path from 'node:path'
import { expect } from 'chai'
import { loadAll } from 'js-yaml'
import { doctor, type DoctorOptions } from '../../cli/doctor.ts'
import { exitCodeOf, oneLine } from '../../cli/failure.ts'
import { prepareSession } from '../../cli/prepareSession.ts'
import { rbac } from '../../cli/rbac.ts'
import { defaultSettings } from '../../cli/runSettings.ts'
import type { AccessRule, ClusterCommand } from '../../engine/access/accessRule.ts'
import { accessFor, type AccessWanted } from '../../engine/access/accessRules.ts'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { removeLeftovers } from '../../engine/cluster/removeLeftovers.ts'
import type { PreparedRun, Session } from '../../engine/mocha/preparedRun.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { askedBy, type AuditedRequest, rightsOf } from './auditTrail.ts'
import { command, fixtures, recordOf, scratch, startCommand } from './commandLine.ts'
import { account, limitedUser, type LimitedUser, userWith, withoutEach } from './limitedUser.ts'

/** A cluster with a kata-deploy in namespace kata-containers and RuntimeClass kata-qemu, as its administrator sees it. */
export interface ProofCluster {
  readonly cluster: Cluster
  readonly kubeconfig: string
  /** The audit log so far. */
  trail(): readonly AuditedRequest[]
  close(): Promise<void>
}

interface Proof {
  /** Of its Kubernetes. */
  readonly minor: number
  /** Exit code of the run, and of doctor with its probe: 0 where Kata is what it says, 1 where an impostor is found out. */
  readonly runEnds: number
  /** Rights of a run that nothing on this cluster asks for: it has no StorageClass. */
  readonly unused?: readonly string[]
  start(): Promise<ProofCluster>
}

/** What differs from the usual flags. */
type How = Partial<Pick<AccessWanted, 'probe' | 'nodeChanges' | 'shards'>>
const usual = { probe: true, nodeChanges: false, shards: false } as const

/** Users whose tests run at once. */
const atOnce = 6
const kataNamespace = 'kata-containers'

const named = ({ group, resource }: AccessRule): string => (group === '' ? resource : `${resource}.${group}`)

/** mocha tests: with the printed rights each command does its work, uses all of them, and is refused nothing; with one less it says which. */
export function proveLeastRights({ minor, runEnds, unused = [], start }: Proof): void {
  const results = scratch()
  const said = new Map<string, unknown>()
  const users: LimitedUser[] = []
  const rulesOf = (of: ClusterCommand, how: How = {}) => accessFor({ command: of, ...usual, ...how, minor })
  let target: ProofCluster

  before(async () => {
    target = await start()
  })

  after(async function () {
    this.timeout(120_000)
    await Promise.all(users.map((each) => each.remove()))
    await target?.close()
    results.remove()
  })

  /** With what `rbac` prints, as somebody would apply it. */
  async function userFor(of: ClusterCommand, how: How = {}): Promise<LimitedUser> {
    const { probe, nodeChanges, shards } = { ...usual, ...how }
    const name = `only-${of}${probe ? '' : '-reading'}${nodeChanges ? '-nodes' : ''}${shards ? '-shards' : ''}`
    const text = await rbac({
      for: of,
      probe,
      allowNodeChanges: nodeChanges,
      shards,
      name,
      kataNamespace,
      kubernetes: `1.${minor}`,
      serviceAccount: `${account.namespace}/${name}`,
      output: 'yaml',
    })
    const user = await limitedUser(target, name, loadAll(text) as KubeObject[])
    users.push(user)
    return user
  }

  async function lesserUser(name: string, rules: readonly AccessRule[]): Promise<LimitedUser> {
    const user = await userWith(target, name, rules, kataNamespace)
    users.push(user)
    return user
  }

  function isExactly({ username }: LimitedUser, of: ClusterCommand, how: How = {}): void {
    const { used, forbidden } = askedBy(username, target.trail())
    expect(forbidden, 'forbidden requests').to.deep.equal([])
    const granted = rightsOf(rulesOf(of, how)).filter((each) => of !== 'run' || !unused.includes(each))
    expect(used, 'what was used, and what was granted').to.have.members(granted)
  }

  const labelsOf = (id: string) => ({
    'app.kubernetes.io/managed-by': 'kata-conformance',
    'kata-conformance.dev/run': id,
  })
  /** What an earlier run left behind. */
  async function leaveBehind(id: string): Promise<void> {
    const metadata = { name: `kata-conformance-${id}`, labels: labelsOf(id) }
    await target.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata })
    await target.cluster.create({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata, handler: 'runc' })
  }

  it('a run uses each of its rights, and is refused nothing', async function () {
    this.timeout(300_000)
    const user = await userFor('run')
    const argv = ['run', '--kubeconfig', user.kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder]
    const end = await command(argv, {}, 280_000)
    expect(end.code, end.stdout + end.stderr).to.equal(runEnds)
    isExactly(user, 'run')
    const record = recordOf(results.runs().at(-1) ?? '')
    expect(record.facts.find(({ name }) => name === 'nodeProbe')?.value).to.equal(true)
    expect(record.leaked).to.deep.equal([])
    expect(JSON.stringify(record)).not.to.include('not permitted')
  })

  /** Two shards on one node, which a check of the first wants for itself. */
  const shard = (kubeconfig: string, index: number, runId: string) =>
    command(
      ['run', '--kubeconfig', kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder].concat(
        ['--run-id', runId],
        ['--shard', `${index}/2`],
      ),
      { KATA_CONFORMANCE_SPECS: fixtures('shards') },
      150_000,
    )

  it('shards of a run use what they have beside a run, and are refused nothing', async function () {
    this.timeout(180_000)
    const shards = true
    const user = await userFor('run', { shards })
    const ends = await Promise.all([1, 2].map((index) => shard(user.kubeconfig, index, 'parts')))
    for (const end of ends) expect(end.code, end.stdout + end.stderr).to.equal(0)
    const { used, forbidden } = askedBy(user.username, target.trail())
    expect(forbidden).to.deep.equal([])
    const more = rulesOf('run', { shards }).filter((each) => !rulesOf('run').includes(each))
    expect(rightsOf(more)).to.have.members(['get namespaces', 'patch namespaces'])
    expect(used).to.include.members(rightsOf(more))
    expect(rightsOf(rulesOf('run', { shards }))).to.include.members([...used])
  })

  it('a shard with the rights of a whole run does not begin', async () => {
    const { kubeconfig } = await lesserUser('whole-run', rulesOf('run'))
    const end = await shard(kubeconfig, 2, 'refused')
    expect(end.stderr).to.match(
      /not permitted: .*cannot patch namespaces\..* kata-conformance rbac --for run --shards$/m,
    )
    expect(end.code).to.equal(3)
  })

  it('doctor uses each of its own', async () => {
    const user = await userFor('doctor')
    expect((await doctor(asDoctor(user.kubeconfig))).exitCode).to.equal(runEnds)
    isExactly(user, 'doctor')
  })

  it('doctor --no-probe only reads', async () => {
    const user = await userFor('doctor', { probe: false })
    expect((await doctor(asDoctor(user.kubeconfig, false))).exitCode).to.equal(0)
    isExactly(user, 'doctor', { probe: false })
    expect(rightsOf(rulesOf('doctor', { probe: false })).every((each) => /^(list|get) /.test(each))).to.equal(true)
  })

  it('clean uses each of its own', async () => {
    const user = await userFor('clean')
    await leaveBehind('left')
    const end = await command(['clean', '--kubeconfig', user.kubeconfig, '--run', 'left'])
    expect(end).to.deep.include({
      code: 0,
      stdout: 'RuntimeClass/kata-conformance-left removed\nNamespace/kata-conformance-left removed\n',
    })
    isExactly(user, 'clean')
  })

  it('a run that changes a node, and clean after its crash, use each of theirs', async function () {
    this.timeout(300_000)
    const nodeChanges = true
    const [runner, cleaner] = [await userFor('run', { nodeChanges }), await userFor('clean', { nodeChanges })]
    const argv = ['run', '--kubeconfig', runner.kubeconfig, '--runtime-class', 'kata-qemu', '--allow-node-changes']
    const one = [...argv, '--behaviour', 'KATA-BESIDE-003', '--out', results.folder]
    const specs = { KATA_CONFORMANCE_SPECS: fixtures('beside') }
    const whole = await command(one, specs, 150_000)
    expect(whole.code, whole.stdout + whole.stderr).to.equal(0)
    const run = startCommand(one, { ...specs, HANG_WITH_FOLDER: '1' }, 150_000)
    await run.says(/the folder is there/)
    run.child.kill('SIGKILL')
    await run.ended
    const asked = askedBy(runner.username, target.trail())
    expect(asked.forbidden).to.deep.equal([])
    const more = rulesOf('run', { nodeChanges }).filter((each) => !rulesOf('run').includes(each))
    expect(asked.used).to.include.members(rightsOf(more))
    const end = await command(['clean', '--kubeconfig', cleaner.kubeconfig, '--all'])
    expect(end.code, end.stdout + end.stderr).to.equal(0)
    expect(end.stdout).to.match(/^Node\/.* removed$/m)
    const { used, forbidden } = askedBy(cleaner.username, target.trail())
    expect(forbidden).to.deep.equal([])
    // A crash in another check leaves a RuntimeClass too.
    expect([...used, 'delete runtimeclasses.node.k8s.io']).to.have.members(rightsOf(rulesOf('clean', { nodeChanges })))
  })

  describe('one right less', () => {
    const lesser = (['run', 'doctor', 'clean'] as const).flatMap((of) =>
      withoutEach(rulesOf(of)).map((each, index) => ({ ...each, of, name: `${of}-less-${index + 1}` })),
    )

    before(async function () {
      this.timeout(600_000)
      await loadSpecs()
      const queue = [...lesser]
      const work = async () => {
        for (let each = queue.shift(); each; each = queue.shift()) {
          const { name, rest, of } = each
          const { kubeconfig } = await lesserUser(name, rest)
          const attempt = { run: beginRun, doctor: askDoctor, clean: tryClean }[of]
          said.set(name, await attempt(kubeconfig, name).catch((error: unknown) => error))
        }
      }
      await Promise.all(Array.from({ length: atOnce }, work))
    })

    const asText = (of: unknown): string => (of instanceof Error ? oneLine(of) : String(of))

    // What only a check asks for is missed by that check: the run begins, and the check is broken or says what it does not know.
    const missedAtOnce = ({ rule }: (typeof lesser)[number]) =>
      !(rule.optional && (rule.where === 'own' || (rule.resource === 'namespaces' && rule.verbs.includes('get'))))
    // Where Kyverno is known not to be there, nothing is missed without its exceptions.
    const ofKyverno = ({ rule }: (typeof lesser)[number]) => rule.resource === 'policyexceptions'
    const missed = lesser.filter((each) => !ofKyverno(each))
    for (const { rule, verb, name } of missed.filter(({ of }) => of === 'run').filter(missedAtOnce)) {
      if (!rule.optional) {
        it(`a run without ${verb} ${named(rule)} does not begin`, () => {
          const text = asText(said.get(name))
          expect(text).to.match(/^kata-conformance: not permitted: .* kata-conformance rbac --for run$/)
          expect(text.replace(/ in the namespace .*/, '.')).to.include(`cannot ${verb} ${named(rule)}.`)
          expect(exitCodeOf(said.get(name))).to.equal(3)
        })
      } else if (rule.resource === 'runtimeclasses') {
        it(`a run without ${verb} ${named(rule)} skips what needs it, and says so`, () => {
          const why = `needs permission to create RuntimeClasses: SelfSubjectAccessReview of ${named(rule)}: ${verb} not allowed`
          expect(asText(said.get(name))).to.include(why)
        })
      } else {
        it(`a run without ${verb} ${named(rule)} notes what it does not know`, () => {
          const why = `not permitted: ${named(rule)}( "[^"]*")? is forbidden: .* cannot ${verb} resource "${rule.resource}"`
          expect(asText(said.get(name))).to.match(new RegExp(why))
        })
      }
    }

    for (const { rule, verb, name } of missed.filter(({ of }) => of === 'doctor')) {
      it(`doctor without ${verb} ${named(rule)} says so`, () => {
        const cannot = `cannot ${verb} (${named(rule)}|resource \\\\*"${rule.resource}\\\\*")`
        expect(asText(said.get(name))).to.match(new RegExp(`not permitted: .*${cannot}`))
      })
    }

    for (const { rule, verb, name } of lesser.filter(({ of }) => of === 'clean')) {
      it(`clean without ${verb} ${named(rule)} says so`, () => {
        const why = `not permitted: ${named(rule)} .*cannot ${verb} resource "${rule.resource}"`
        expect(asText(said.get(name))).to.match(new RegExp(why))
      })
    }

    it('nothing is left of all these', async () => {
      const labelSelector = 'app.kubernetes.io/managed-by=kata-conformance'
      const left = await Promise.all([
        target.cluster.list({ apiVersion: 'v1', kind: 'Namespace', labelSelector }),
        target.cluster.list({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', labelSelector }),
      ])
      expect(left.flat().map(({ metadata }) => metadata.name)).to.deep.equal([])
    })
  })

  /** A run up to its plan: the reasons of its skips and its notes. */
  const beginRun = (kubeconfig: string): Promise<string> =>
    prepared(path.join(results.folder, 'none'), kubeconfig, async ({ plan, finish }) => {
      const skipped = plan.arms.map(({ decided }) => decided?.reason ?? '')
      return [...(await finish()).notes, ...skipped].join('\n')
    })

  const askDoctor = async (kubeconfig: string): Promise<string> => (await doctor(asDoctor(kubeconfig))).text

  /** What clean says of each object; what it could not remove, its administrator does. */
  async function tryClean(kubeconfig: string, id: string): Promise<string> {
    await leaveBehind(id)
    const options = { runId: id, dryRun: false, timeoutMs: 30_000 }
    const cluster = await connect({ kubeconfig })
    try {
      const found = await removeLeftovers(cluster, options)
      return found.map(({ kind, why }) => `${kind}: ${why}`).join('\n')
    } finally {
      await cluster.close()
      await removeLeftovers(target.cluster, options)
    }
  }
}

const asDoctor = (kubeconfig: string, probe = true): DoctorOptions => ({
  kubeconfig,
  probe,
  node: [],
  namespacePrefix: 'kata-conformance',
  output: 'json',
})

async function prepared<T>(out: string, kubeconfig: string, use: (run: PreparedRun) => Promise<T>): Promise<T> {
  const settings = { ...defaultSettings, kubeconfig, probe: false, out }
  const handle = await prepareSession(settings, [], () => undefined)
  try {
    return await use(await handle.session(await registered()))
  } finally {
    await handle.close()
  }
}

const registered = (): Promise<Parameters<Session>[0]> => loadSpecs()
