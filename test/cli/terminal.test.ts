import { Writable } from 'node:stream'
import { expect } from 'chai'
import { closingSummary } from '../../cli/terminal/closingSummary.ts'
import { plainTable } from '../../cli/terminal/plainTable.ts'
import { createProgress } from '../../cli/terminal/progress.ts'
import { journalOfEverything, recordOfEverything } from '../reports/record.ts'

const ESCAPE = '\u001b'

/** A stream that says it is a terminal, or not, and keeps what is written. */
function stream(properties: { isTTY: boolean; columns?: number; rows?: number }) {
  const written: string[] = []
  const target = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
  return { target: Object.assign(target, properties) as unknown as NodeJS.WriteStream, text: () => written.join('') }
}

describe('the terminal', () => {
  const environment = { ...process.env }
  beforeEach(() => {
    for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR']) delete process.env[name]
    process.env['TERM'] = 'xterm'
  })
  afterEach(() => {
    for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR', 'TERM']) {
      if (environment[name] === undefined) delete process.env[name]
      else process.env[name] = environment[name]
    }
  })

  it('in a pipe: one line a verdict, no escape sequence', () => {
    const { target, text } = stream({ isTTY: false })
    const progress = createProgress(target)
    const events = journalOfEverything()
    for (const event of events) progress.onEvent(event)
    progress.end()
    const arms = events.filter(({ event }) => event === 'arm.finished').length
    expect(text().match(/^\[\d+\/\d+\] /gm)).to.have.length(arms)
    expect(text()).to.not.include(ESCAPE)
  })

  it('on a terminal: a frame that fits, and lines for what is wrong only', () => {
    const { target, text } = stream({ isTTY: true, columns: 40, rows: 12 })
    const progress = createProgress(target)
    for (const event of journalOfEverything()) progress.onEvent(event)
    progress.end()
    expect(text()).to.include('failed').and.to.include(ESCAPE)
    const frames = text()
      .split(ESCAPE)
      .flatMap((part) => part.split('\n'))
    expect(frames.filter((line) => /\d+\/\d+ arms/.test(line)).every((line) => line.length <= 44)).to.equal(true)
  })

  it('CI and dumb terminals get lines, NO_COLOR no colours', () => {
    for (const [name, value] of [
      ['CI', '1'],
      ['TERM', 'dumb'],
    ] as const) {
      process.env[name] = value
      process.env['NO_COLOR'] = '1'
      const { target, text } = stream({ isTTY: true, columns: 80, rows: 24 })
      const progress = createProgress(target)
      for (const event of journalOfEverything()) progress.onEvent(event)
      progress.end()
      expect(text(), name)
        .to.match(/^\[1\/\d+\] /m)
        .and.not.to.include(ESCAPE)
      delete process.env[name]
    }
  })

  it('the closing summary names failures with expected and observed, then counts; nobody can write escapes into it', () => {
    process.env['NO_COLOR'] = '1'
    const { target } = stream({ isTTY: true })
    const summary = closingSummary(recordOfEverything(), '/results/x', target)
    expect(summary).to.include('failed KATA-CHECK-002 kata-qemu a case')
    expect(summary).to.match(/ {2}expected: .*\n {2}observed: /)
    expect(summary).to.match(/6 arms: 1 passed, 1 failed, 1 broken, 1 environment, 1 skipped, 1 known/)
    expect(summary).to.match(/^controls: \d+ passed(, [1-9]\d* \w+)*; canaries:/m)
    expect(summary).to.not.include(ESCAPE).and.not.to.include('\u0000')
  })

  it('tables: columns as wide as their widest cell, no trailing blanks', () => {
    expect(
      plainTable(
        ['A', 'LONG'],
        [
          ['wide cell', 'b'],
          ['c', ''],
        ],
      ),
    ).to.equal('A          LONG\nwide cell  b\nc\n')
  })
})
