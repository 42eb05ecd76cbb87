import { expect } from 'chai'
import type { Annotation } from '../../reports/ci/annotation.ts'
import { githubCommands } from '../../reports/ci/githubCommands.ts'
import { runAnnotations } from '../../reports/ci/runAnnotations.ts'
import { withinBytes } from '../../reports/ci/withinBytes.ts'
import { inertInGithub } from '../../cli/ci/inertInGithub.ts'
import { recordOfEverything } from './record.ts'

const annotations = (level: Annotation['level'], count: number): Annotation[] =>
  Array.from({ length: count }, (_, index) => ({ level, title: `t${index + 1}`, message: 'm' }))

describe('annotations of a run', () => {
  const found = runAnnotations(recordOfEverything())

  it('begin with the answer', () => {
    expect(found[0]).to.deep.include({ level: 'error', title: 'kata-conformance: production' })
    expect(found[0]?.message).to.match(/^Do not trust this run: a canary passed\. /)
  })

  it('are errors where the exit code comes from, warnings where something else is not as it should be, none for what is known or skipped', () => {
    const about = found.slice(1).map(({ level, title }) => `${level} ${title.split(' ').slice(0, 2).join(' ')}`)
    expect(about).to.deep.equal([
      'error failed: KATA-CHECK-002',
      'error passed: KATA-CANARY-001',
      'warning broken: KATA-CHECK-003',
      'warning environment: KATA-CHECK-004',
      'warning failed: KATA-CONTROL-002',
      'warning broken: KATA-CONTROL-003',
      'warning environment: KATA-CONTROL-004',
      'warning broken: KATA-CANARY-003',
      'warning environment: KATA-CANARY-004',
      'warning skipped: KATA-CANARY-005',
    ])
  })

  it('say what was expected and what was seen', () => {
    expect(found[1]?.message).to.match(/second line\nexpected: to be .*\nobserved: /s)
  })
})

describe('commands for GitHub', () => {
  it('are a line each, escaped as the runner reads them', () => {
    const [command] = githubCommands([{ level: 'error', title: 'a: b, 50%', message: '50%\r\n::warning::x' }]).split(
      '\n',
    )
    expect(command).to.equal('::error title=a%3A b%2C 50%25::50%25%0D%0A::warning::x')
  })

  it('are no more than GitHub shows: ten of a level, the last of which names the others', () => {
    const lines = githubCommands([...annotations('warning', 10), ...annotations('error', 13)])
      .trim()
      .split('\n')
    const errors = lines.filter((line) => line.startsWith('::error '))
    expect(errors).to.have.length(10)
    expect(errors.at(-1)).to.equal('::error title=and 4 more; the report has them all::t10%0At11%0At12%0At13')
    expect(lines.filter((line) => line.startsWith('::warning '))).to.have.length(10)
    expect(lines.at(-1)).to.equal('::warning title=t10::m')
  })

  it('are cut where a message is very long', () => {
    expect(githubCommands([{ level: 'error', title: 't', message: 'x'.repeat(1e6) }]).length).to.be.below(5000)
  })

  it('cannot be given by a guest: what begins a command is broken in a step, and nowhere else', () => {
    const said = '  ::add-mask::a\n::error::b\nat end ##[warning]c\nstd::string'
    expect(inertInGithub(said, { GITHUB_ACTIONS: 'true' })).to.equal(
      '  : :add-mask::a\n: :error::b\nat end ## [warning]c\nstd::string',
    )
    expect(inertInGithub(said, {})).to.equal(said)
  })
})

describe('Markdown within so many bytes', () => {
  const sections = `# head\n\n${Array.from({ length: 50 }, (_, index) => `## ${index}\n\n\`\`\`text\n${'ä'.repeat(50)}\n\`\`\`\n`).join('\n')}`

  it('is unchanged when it fits', () => {
    expect(withinBytes(sections, Buffer.byteLength(sections), 'r')).to.equal(sections)
  })

  it('ends before a heading, and says where the rest is', () => {
    const cut = withinBytes(sections, 3000, 'It is in summary.md.')
    expect(Buffer.byteLength(cut)).to.be.at.most(3000)
    expect(cut).to.match(/```\n\n\n> Cut here: too long for this page\. It is in summary\.md\.\n$/)
    expect(cut.match(/^```/gm)?.length ?? 1).to.satisfy((fences: number) => fences % 2 === 0)
  })

  it('leaves no fence of code open, and no half character', () => {
    const one = `# head\n\`\`\`text\n${`${'ä'.repeat(30)}\n`.repeat(100)}\`\`\`\n`
    for (const bytes of [500, 501, 502, 503]) {
      const cut = withinBytes(one, bytes, 'r')
      expect(Buffer.byteLength(cut)).to.be.at.most(bytes)
      expect(cut).to.contain('\n```\n\n> Cut here').and.not.contain('\ufffd')
    }
  })

  it('is nothing where there is no room', () => {
    expect(withinBytes(sections, 10, 'r')).to.equal('')
    expect(withinBytes(sections, -1, 'r')).to.equal('')
  })
})
