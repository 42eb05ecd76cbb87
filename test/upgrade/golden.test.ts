import { expect } from 'chai'
import { stage, type Outcome, type Stage } from './scenario.ts'

/** One quick check of each shim is enough: what upgrades do to checks is the gate's own matter, and proved there. */
const quick = ['--runtime-class', 'kata-qemu', '--behaviour', 'KATA-ARCH-001']

interface Golden {
  readonly name: string
  readonly from?: string
  readonly to?: string
  readonly upgradeFaults?: readonly string[]
  readonly flags?: readonly string[]
  readonly answer: 'ship' | 'do-not-ship' | 'cannot-tell'
  readonly because: RegExp
  /** What is told beside the reason. */
  readonly told?: RegExp
}

const golden: readonly Golden[] = [
  {
    name: 'witness killed',
    upgradeFaults: ['upgrade-deletes-pods'],
    answer: 'do-not-ship',
    because: /witness \S+ \(kata-qemu, kata-2\): a running sandbox is gone/,
  },
  {
    name: 'silent sandbox restart',
    upgradeFaults: ['upgrade-kills-vms'],
    answer: 'do-not-ship',
    because: /a running sandbox restarted: another VM: boot_id/,
  },
  {
    name: 'from 3.28, whose pods end all sandboxes',
    from: '3.28.0',
    to: '3.29.0',
    flags: ['--accept-hazards'],
    answer: 'do-not-ship',
    because: /a running sandbox restarted: another VM: boot_id/,
  },
  {
    name: 'RuntimeClass gone',
    upgradeFaults: ['upgrade-drops-clh'],
    answer: 'do-not-ship',
    because: /RuntimeClass kata-clh: is gone/,
  },
  {
    name: 'overhead doubled',
    upgradeFaults: ['upgrade-doubles-overhead'],
    answer: 'do-not-ship',
    because: /RuntimeClass kata\S*: has another overhead/,
  },
  {
    name: 'default shim changed',
    from: '3.32.0',
    to: '4.0.0',
    answer: 'do-not-ship',
    because: /RuntimeClass kata: leads to another handler: kata-qemu -> kata-qemu-runtime-rs/,
  },
  {
    name: 'half-rolled DaemonSet',
    upgradeFaults: ['upgrade-image-missing-on-second-node'],
    answer: 'do-not-ship',
    because: /node kata-\d: the rollout has stopped half-way/,
  },
  {
    name: 'drop-ins lost',
    upgradeFaults: ['upgrade-loses-drop-ins'],
    answer: 'do-not-ship',
    because: /drop-ins of node kata-1: are gone: \S+config\.d\/50-overrides\.toml/,
  },
  {
    name: 'flaky claim before and after',
    upgradeFaults: ['flaky-before-and-after-the-upgrade'],
    flags: ['--behaviour', 'KATA-ARCH-007', '--repeat', '9'],
    answer: 'ship',
    because: /2 nodes upgraded/,
    told: /KATA-ARCH-007 kata-qemu.*\n.*failed 3 of 9 -> failed 3 of 9/,
  },
  {
    name: 'node lost in mid-upgrade',
    upgradeFaults: ['upgrade-loses-second-node'],
    answer: 'cannot-tell',
    because: /node kata-2: lost during the upgrade/,
  },
]

/** Of the release that is installed, as its figures show it. */
const figures: readonly Golden[] = [
  {
    name: '10 % slower cold start',
    upgradeFaults: ['upgrade-starts-10-percent-slower'],
    answer: 'do-not-ship',
    because: /cold-start/,
  },
  {
    name: '10 % faster',
    upgradeFaults: ['upgrade-starts-10-percent-faster'],
    answer: 'ship',
    because: /2 nodes upgraded/,
  },
  {
    name: 'memory +8 %',
    upgradeFaults: ['upgrade-memory-8-percent-more'],
    answer: 'do-not-ship',
    because: /sandbox-memory/,
  },
]

const exitCodes = { ship: 0, 'do-not-ship': 1, 'cannot-tell': 3 } as const
const headings = { ship: 'SHIP', 'do-not-ship': 'DO NOT SHIP', 'cannot-tell': 'CANNOT TELL' } as const

/** The same answer and the same reason in every output. */
function agrees(outcome: Outcome, { answer, because }: Pick<Golden, 'answer' | 'because'>): void {
  const { code, stdout, stderr, text, markdown, junit, json } = outcome
  expect(text, `${text}\n${stderr}`).to.match(because)
  expect(json.answer).to.equal(answer)
  expect(code).to.equal(exitCodes[answer])
  expect(json.exitCode).to.equal(exitCodes[answer])
  expect(json.because).to.match(because)
  expect(stdout.split(':')[0]).to.equal(headings[answer])
  expect(text.startsWith(`${headings[answer]}: `)).to.equal(true)
  expect(markdown.startsWith(`## ${headings[answer]}\n`)).to.equal(true)
  expect(markdown.replaceAll('\\', '')).to.match(because)
  const failures = / failures="(\d+)"/.exec(junit)?.[1]
  const errors = / errors="(\d+)"/.exec(junit)?.[1]
  expect(failures === '0', 'failures').to.equal(answer !== 'do-not-ship')
  if (answer === 'cannot-tell') expect(errors, 'errors').not.to.equal('0')
  if (answer === 'ship') expect(errors, 'errors').to.equal('0')
  if (answer !== 'ship') expect(junit).to.contain(`type="${answer}"`)
}

describe('golden upgrades of a simulated cluster', function () {
  this.timeout(600_000)
  let set: Stage | null = null
  afterEach(async () => {
    await set?.close()
    set = null
  })

  it('clean', async () => {
    set = await stage('3.30.0')
    const outcome = await set.upgrade('3.31.0', ...quick, '--storage-class-block', 'local-block')
    agrees(outcome, { answer: 'ship', because: /2 nodes upgraded/ })
    const said = outcome.json.testimonies.map(({ node, kind, verdict }) => `${node} ${kind} ${verdict}`)
    const kinds = ['block', 'exec', 'sandbox', 'stream', 'writer']
    expect([...new Set(said)].sort(), outcome.text).to.deep.equal(
      ['kata-1', 'kata-2'].flatMap((node) => kinds.map((kind) => `${node} ${kind} survived`)),
    )
  })

  for (const each of golden)
    it(each.name, async () => {
      set = await stage(each.from ?? '3.30.0', each.upgradeFaults)
      const outcome = await set.upgrade(each.to ?? '3.31.0', ...quick, ...(each.flags ?? []))
      agrees(outcome, each)
      if (each.told) expect(outcome.text).to.match(each.told)
    })

  // A start takes 5 s at the natural pace: 10 % of it stay many times what the test's own processes add to it.
  const measuring = ['--runtime-class', 'kata-qemu', '--behaviour', 'KATA-BENCH-001', '--quiet-nodes']
  for (const each of figures)
    it(each.name, async () => {
      set = await stage('3.30.0', each.upgradeFaults, [], { speed: 6 })
      const outcome = await set.upgrade('3.31.0', ...measuring)
      agrees(outcome, each)
    })

  it('a roll-back that ends where the upgrade began', async () => {
    set = await stage('3.30.0')
    const { folder } = await set.upgrade('3.31.0', ...quick)
    agrees(await set.upgrade('3.30.0', '--rollback', folder), { answer: 'ship', because: /2 nodes upgraded/ })
  })

  it('residue after the roll-back', async () => {
    set = await stage('3.30.0', ['rollback-leaves-files'])
    const { folder } = await set.upgrade('3.31.0', ...quick)
    agrees(await set.upgrade('3.30.0', '--rollback', folder), {
      answer: 'do-not-ship',
      because: /node kata-1: residue after the roll-back: 2 files more/,
    })
  })

  it('one node first, whose witnesses do not survive: the other is untouched', async () => {
    set = await stage('3.30.0', ['upgrade-kills-vms'])
    const outcome = await set.upgrade('3.31.0', ...quick, '--canary-node', 'kata-2')
    agrees(outcome, { answer: 'do-not-ship', because: /\(kata-qemu, kata-2\): a running sandbox restarted/ })
    expect(outcome.text).to.match(/node kata-1: was not upgraded/)
    expect(outcome.json.nodesAfter).to.include({ 'kata-1': '3.30.0', 'kata-2': '3.31.0' })
  })

  it('one node first, then the other', async () => {
    set = await stage('3.30.0')
    const outcome = await set.upgrade('3.31.0', ...quick, '--canary-node', 'kata-2')
    agrees(outcome, { answer: 'ship', because: /2 nodes upgraded/ })
    expect(outcome.json.nodesAfter).to.deep.equal({ 'kata-1': '3.31.0', 'kata-2': '3.31.0' })
  })
})
