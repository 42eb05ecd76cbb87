import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { RUN_LABEL } from '../../engine/cluster/labels.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { command, type Ended, recordOf, type Scratch, scratch } from '../harness/commandLine.ts'
import { asTheMachineIs, lackingInTheCluster, mayBeSkippedFor, passesOnRunc } from './impostor.ts'
import { describeOnCluster } from './realCluster.ts'

// The whole suite on a real Kubernetes that looks as if it had Kata: classes, labels, overheads and nodes are right, and runc runs everything.

const RUN_MS = 20 * 60_000
const profile = path.join(import.meta.dirname, 'impostorProfile.yaml')
const notKata = 'containerd runs its handler with io.containerd.runc.v2, which is not Kata'

/** What a reason says beyond those that are accepted. */
const remainder = (reason: string): string =>
  mayBeSkippedFor.reduce((text, each) => text.replaceAll(each.reason, ''), reason).replaceAll('; ', '')

describeOnCluster('the suite on an impostor', (cluster) => {
  let results: Scratch
  let ended: Ended
  let record: RunRecord
  let nodeBootId: string
  const checks = () => record.arms.filter(({ role }) => role === 'check')
  /** The claim, or its row where that is listed by itself. */
  const keyOf = ({ behaviour, case: row }: RunRecord['arms'][number]) => {
    const withRow = `${behaviour} ${row}`
    return withRow in passesOnRunc ? withRow : behaviour
  }
  const lines = (arms: RunRecord['arms']) => arms.map(({ id, verdict, message }) => `${id} ${verdict}: ${message}`)

  before(async function () {
    this.timeout(RUN_MS)
    // Nodes that cannot run VMs are not tested: nothing would be tried.
    if (!existsSync('/dev/kvm')) return this.skip()
    results = scratch()
    // No image but busybox is there; the checks that ask for another have to be red before they use it.
    const images = ['--image', 'bpftool=busybox:1.36']
    // Every claim, on two of the four classes: one machine of two CPUs has to run it.
    const classes = ['--runtime-class', 'kata-qemu', '--runtime-class', 'kata-clh']
    const target = ['--kubeconfig', cluster().kubeconfig, '--profile', profile, ...images]
    ended = await command(['run', ...target, ...classes, '--out', results.folder], {}, RUN_MS - 10_000)
    const [run] = results.runs()
    if (run === undefined) throw new Error(`the run left no results: ${ended.stderr}`)
    record = recordOf(run)
    const node = await cluster().kubectl('get', 'node', 'worker-1', '-o', 'jsonpath={.status.nodeInfo.bootID}')
    nodeBootId = node.stdout
  })
  after(() => results?.remove())

  it('does not conform, and could have been believed if it did', () => {
    expect(ended.code, ended.stderr).to.equal(1)
    expect(record.outcome).to.equal('not-conformant')
    const canaries = record.arms.filter(({ role }) => role === 'canary')
    expect(canaries).to.have.length.greaterThan(4)
    expect(lines(canaries.filter(({ verdict }) => verdict !== 'failed'))).to.deep.equal([])
  })

  it('meets no claim but those that hold for any runtime', () => {
    const passed = new Set(checks().flatMap((arm) => (arm.verdict === 'passed' ? [keyOf(arm)] : [])))
    expect([...passed].filter((id) => !(id in asTheMachineIs)).sort()).to.deep.equal(Object.keys(passesOnRunc).sort())
  })

  it('fails every other claim that it could observe', () => {
    const observed = checks().filter((arm) => arm.verdict !== 'skipped' && !(keyOf(arm) in passesOnRunc))
    expect(observed).to.have.length.greaterThan(150)
    expect(
      lines(observed.filter(({ verdict, behaviour }) => verdict !== 'failed' && !(behaviour in asTheMachineIs))),
    ).to.deep.equal([])
    const both = checks().filter((arm) => arm.verdict !== 'passed' && keyOf(arm) in passesOnRunc)
    expect(lines(both)).to.deep.equal([])
  })

  it('skips only what it could not observe for another reason than the impostor', () => {
    const unexplained = checks().filter(({ verdict, message }) => verdict === 'skipped' && remainder(message) !== '')
    expect(lines(unexplained).join('\n')).to.equal('')
  })

  it('says what gave it away', () => {
    const failed = checks().filter(({ verdict, runtimeClass }) => verdict === 'failed' && runtimeClass !== null)
    expect(lines(failed.filter(({ message }) => !message.includes(notKata)))).to.deep.equal([])
    const sameKernel = failed.filter(({ observed }) => observed === `'${nodeBootId}'`)
    expect(sameKernel).to.have.length.greaterThan(50)
    const silent = sameKernel.filter(
      ({ message }) => !message.includes('same boot_id as the node: this pod is not in a VM'),
    )
    expect(lines(silent)).to.deep.equal([])
  })

  it('finds nothing wrong with the default runtime', () => {
    const controls = record.arms.filter(({ role, verdict }) => role === 'control' && verdict !== 'skipped')
    expect(controls).to.have.length.greaterThan(10)
    const holds = ({ behaviour, verdict, message }: RunRecord['arms'][number]): boolean => {
      const lacking = lackingInTheCluster[behaviour]
      return lacking ? verdict === 'failed' && lacking.message.test(message) : verdict === 'passed'
    }
    expect(lines(controls.filter((each) => !holds(each)))).to.deep.equal([])
  })

  it('leaves nothing behind', async () => {
    expect(record.leaked).to.deep.equal([])
    const kinds = 'namespaces,pods,runtimeclasses,services,configmaps,secrets,persistentvolumeclaims,persistentvolumes'
    const left = await cluster().kubectl('get', kinds, '-A', '-l', RUN_LABEL, '-o', 'name')
    expect(left.stdout, left.stderr).to.equal('')
  })
})

describeOnCluster('an impostor, before a run', (cluster) => {
  it('is what doctor says first', async function () {
    this.timeout(300_000)
    const argv = ['doctor', '--kubeconfig', cluster().kubeconfig, '--profile', profile]
    const { code, stdout, stderr } = await command(argv, {}, 280_000)
    expect(code, stderr).to.equal(1)
    const [title, ...rest] = stdout.split('\n')
    expect(title).to.equal('NOT KATA')
    const names = ['kata-clh', 'kata-qemu', 'kata-qemu-block-minimal', 'kata-qemu-minimal']
    expect(rest.slice(0, 4)).to.deep.equal(
      names.map((name) => `- RuntimeClass ${name}: ${notKata}: these pods are not in a VM`),
    )
  })
})

describeOnCluster('a RuntimeClass whose handler containerd does not know', (cluster) => {
  const name = 'kata-fc'
  const manifest = `apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: { name: ${name} }\nhandler: ${name}\n`

  let results: Scratch | undefined
  after(async () => {
    if (!results) return
    results.remove()
    await cluster().kubectl('delete', 'runtimeclass', name, '--ignore-not-found')
  })

  it('fails, with what containerd said', async function () {
    if (!existsSync('/dev/kvm')) return this.skip()
    this.timeout(300_000)
    results = scratch()
    const file = path.join(results.folder, 'class.yaml')
    writeFileSync(file, manifest)
    const made = await cluster().kubectl('create', '-f', file)
    expect(made.code, made.stderr).to.equal(0)
    const chosen = ['--runtime-class', name, '--behaviour', 'KATA-RTCLASS-008', '--behaviour', 'KATA-MEM-001']
    const argv = ['run', '--kubeconfig', cluster().kubeconfig, ...chosen, '--out', results.folder]
    const ended = await command(argv, {}, 280_000)
    expect(ended.code, ended.stderr).to.equal(1)
    const [run = ''] = results.runs()
    const arms = recordOf(run).arms.filter(({ role }) => role === 'check')
    expect(arms.map(({ id, verdict }) => `${id} ${verdict}`)).to.have.members([
      `KATA-RTCLASS-008 ${name} failed`,
      `KATA-MEM-001 ${name} failed`,
    ])
    for (const { message } of arms) expect(message).to.include(`no runtime for "${name}" is configured`)
  })
})
