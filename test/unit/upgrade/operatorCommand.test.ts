import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { forgetCommand, keepCommand, keptCommand, redactCommand } from '../../../engine/upgrade/operatorCommand.ts'
import { runCommand } from '../../../engine/upgrade/runCommand.ts'
import { beginJournal } from '../../../engine/upgrade/upgradeJournal.ts'
import { JournalError } from '../../../reports/record/foldJournal.ts'
import { scratch } from '../../harness/commandLine.ts'

const plain = ['helm', 'upgrade', 'kata-deploy', 'oci://example/kata', '--version', '4.0.0', '--set', 'secret.name=a']
const secret = 'hunter2hunter2'
const place = scratch()
const { folder } = place
after(() => place.remove())

describe("an operator's command", () => {
  const shown: [given: string[], said: string][] = [
    [plain, plain.join(' ')],
    [['helm', '--set', `registry.password=${secret}`], 'helm --set registry.password=[redacted]'],
    [['helm', '--kube-token', secret, '--wait'], 'helm --kube-token [redacted] --wait'],
    [['helm', '--pass-credentials', 'https://a/kata-3.28.0.tgz'], 'helm --pass-credentials https://a/kata-3.28.0.tgz'],
    [['sh', '-c', `helm login --password ${secret} && helm`], 'sh -c helm login --password [redacted] && helm'],
    [['helm', 'pull', `https://me:${secret}@example/x`], 'helm pull https://[redacted]@example/x'],
  ]
  for (const [given, said] of shown)
    it(`is shown as ${said}`, () => expect(redactCommand(given).join(' ')).to.equal(said))

  it('without credentials is in the journal alone', () => {
    keepCommand(folder, plain)
    expect(() => statSync(path.join(folder, 'command.json'))).to.throw('ENOENT')
    expect(keptCommand(folder, redactCommand(plain))).to.deep.equal(plain)
  })

  it("with credentials is its owner's, until it has begun; then nobody knows it", () => {
    const command = ['helm', '--set', `password=${secret}`]
    keepCommand(folder, command)
    expect(statSync(path.join(folder, 'command.json')).mode & 0o777).to.equal(0o600)
    expect(keptCommand(folder, redactCommand(command))).to.deep.equal(command)
    forgetCommand(folder)
    expect(() => keptCommand(folder, redactCommand(command))).to.throw(JournalError, 'begin a new upgrade')
  })

  it('leaves none in command.log, shows what it prints, and gives its end', async () => {
    let seen = ''
    const command = ['sh', '-c', `echo password=${secret}; echo done; exit 3`]
    const end = await runCommand(command, { folder, env: {}, show: (text) => (seen += text) })
    expect(end).to.deep.equal({ exitCode: 3, signal: null, lastLine: 'done' })
    expect(seen).to.equal(`password=${secret}\ndone\n`)
    expect(readFileSync(path.join(folder, 'command.log'), 'utf8')).to.equal('password=[redacted]\ndone\n')
  })

  it('leaves none in the journal, by what its last line says', () => {
    const journal = beginJournal(path.join(folder, 'upgrade'), { event: 'resumed' })
    journal.write({ event: 'command.ended', exitCode: 1, signal: null, lastLine: `login: password=${secret}` })
    journal.close()
    const written = readFileSync(path.join(folder, 'upgrade', 'upgrade.ndjson'), 'utf8')
    expect(written).to.include('"lastLine":"login: password=[redacted]"')
  })
})
