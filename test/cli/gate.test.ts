import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { runDouble } from '../gate/runDouble.ts'
import { command } from '../harness/commandLine.ts'

describe('compare and gate, as commands', () => {
  let folder: string
  const file = (name: string) => path.join(folder, name)
  const write = (name: string, content: unknown) =>
    writeFileSync(file(name), typeof content === 'string' ? content : JSON.stringify(content))
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'gate-'))
    const usual = [{ behaviour: 'KATA-MEM-003' }, { behaviour: 'KATA-MEM-005' }]
    write('good.json', runDouble('good', usual))
    write('same.json', runDouble('same', usual))
    write('bad.json', runDouble('bad', [{ behaviour: 'KATA-MEM-003', verdicts: ['failed'] }, ...usual.slice(1)]))
    write('open.json', runDouble('open', [{ behaviour: 'KATA-MEM-003', verdicts: ['broken'] }, ...usual.slice(1)]))
    write(
      'other.json',
      runDouble('other', usual, {
        cluster: { context: 'x', server: 'https://10.9.9.9', kubernetesVersion: 'v1' },
        facts: [],
      }),
    )
    write('profile.json', runDouble('profile', usual, { command: ['run', '--profile', 'a/prod.yaml'] }))
    write('sim.json', runDouble('sim', usual, { simulated: true }))
    write('empty.json', runDouble('empty', []))
    write('later.json', { ...runDouble('later', usual), schemaVersion: 9 })
    write('cut.json', JSON.stringify(runDouble('cut', usual)).slice(0, 500))
    const sample = { at: '2026-03-01T10:00:00.000Z', block: 0, value: null, invalid: null }
    const figures = [{ metric: 'm', unit: 'ms', better: 'lower', method: 'x', samples: [sample] }]
    write('nan.json', runDouble('nan', [{ behaviour: 'KATA-MEM-003', figures: figures as never }]))
    write('typo.yaml', 'blocks: [MUST]\n')
    write('level.yaml', 'block:\n  - MUSTT\n')
    write(
      'unknown.yaml',
      'tolerated:\n  - behaviour: KATA-MEM-999\n    reason: r\n    owner: o\n    expires: 2027-01-01\n',
    )
    write('date.yaml', 'tolerated:\n  - behaviour: KATA-MEM-003\n    reason: r\n    owner: o\n    expires: soon\n')
    write(
      'tolerant.yaml',
      'tolerated:\n  - behaviour: KATA-MEM-003\n    reason: upstream\n    owner: o\n    expires: 2099-01-01\n',
    )
    write('empty.yaml', '')
  })
  after(() => rmSync(folder, { recursive: true }))
  const run = (words: string) =>
    command(words.split(' ').map((word) => (/\.(json|yaml)$|^OUT$/.test(word) ? file(word) : word)))

  const answers: [words: string, code: number, says: RegExp][] = [
    ['gate good.json same.json', 0, /^SHIP: /],
    ['gate good.json bad.json', 1, /^DO NOT SHIP: 1 reason, the first: KATA-MEM-003 kata-qemu/],
    ['gate good.json open.json', 3, /^CANNOT TELL: 1 question open/],
    ['gate good.json bad.json --policy tolerant.yaml', 0, /Tolerated \(1\)/],
    ['gate good.json same.json --policy empty.yaml', 0, /^SHIP: /],
    ['gate good.json other.json --force', 0, /compared all the same, with --force/],
    ['gate good.json bad.json -o json', 1, /"answer": "do-not-ship"/],
    ['compare good.json bad.json', 0, /newly failing \(1\)\n {2}KATA-MEM-003 kata-qemu: passed -> failed/],
    ['compare good.json bad.json -o json', 0, /"kind": "newly-failing"/],
  ]
  for (const [words, code, says] of answers) {
    it(`${words}: exit code ${code}`, async () => {
      const ended = await run(words)
      expect(ended.stderr).to.equal('')
      expect(ended.stdout).to.match(says)
      expect(ended.code).to.equal(code)
    })
  }

  it('writes every format, and the answer', async () => {
    expect((await run('gate good.json bad.json --out OUT')).code).to.equal(1)
    expect(readdirSync(file('OUT')).sort()).to.deep.equal(['gate-junit.xml', 'gate.json', 'gate.md', 'gate.txt'])
  })

  const refused: [words: string, says: RegExp][] = [
    ['gate good.json nothing.json', /nothing\.json does not exist; give the folder of a run/],
    ['gate good.json cut.json', /cut\.json: not JSON, or cut short; `kata-conformance report` writes it again/],
    ['gate good.json later.json', /later\.json: schema version 9, this suite reads 1; use the suite that wrote it/],
    ['gate good.json nan.json', /nan\.json: arms\.0\.figures\.0\.samples\.0\.value: .*number/],
    ['gate good.json empty.json', /run empty has no arms/],
    [
      'gate good.json other.json',
      /run good is of https:\/\/10\.0\.0\.1:6443 \(n1\), run other of .*compare two runs of one cluster; or give --force/,
    ],
    ['gate good.json profile.json', /run good was held to no profile, run profile to prod\.yaml/],
    ['gate good.json sim.json', /run good is of a real cluster, run sim is of a simulated cluster/],
    [
      'compare good.json same.json --rename kata-old',
      /--rename is "kata-old"; it must be FORMER=PRESENT, .*kata-old=kata-new/,
    ],
    ['compare good.json same.json --rename =kata-new', /--rename is "=kata-new"; it must be FORMER=PRESENT/],
    ['gate good.json same.json --policy typo.yaml', /typo\.yaml:1: there is no key blocks; did you mean block\?/],
    ['gate good.json same.json --policy level.yaml', /level\.yaml:2: block\.0 is not right; .*"MUST"/],
    ['gate good.json same.json --policy unknown.yaml', /unknown\.yaml:2: there is no behaviour KATA-MEM-999/],
    ['gate good.json same.json --policy date.yaml', /date\.yaml:5: tolerated\.0\.expires is not right/],
    ['gate good.json same.json --policy none.yaml', /none\.yaml: cannot be read \(ENOENT\)/],
  ]
  for (const [words, says] of refused) {
    it(`refuses ${words}`, async () => {
      const { code, stdout, stderr } = await run(words.startsWith('gate') ? `${words} --out ${file('none')}` : words)
      expect(stderr).to.match(says)
      expect(stderr.trim().split('\n')).to.have.length(1)
      expect(stdout).to.equal('')
      expect(code).to.equal(2)
      expect(readdirSync(folder)).to.not.include('none')
    })
  }
})
