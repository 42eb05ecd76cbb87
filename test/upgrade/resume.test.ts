import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { command, recordOf, startCommand, type Started } from '../harness/commandLine.ts'
import { setRelease, stage, type Stage } from './scenario.ts'

const quick = ['--runtime-class', 'kata-qemu', '--behaviour', 'KATA-ARCH-001']

describe('an upgrade that is stopped or killed', function () {
  this.timeout(600_000)
  let set: Stage
  const at = () => ['--kubeconfig', set.kubeconfig, '--out', set.folder]
  const made = async () => {
    const labelSelector = 'app.kubernetes.io/managed-by=kata-conformance'
    return (await set.cluster.list({ apiVersion: 'v1', kind: 'Namespace', labelSelector })).map(
      ({ metadata }) => metadata.name,
    )
  }
  beforeEach(async () => {
    set = await stage('3.30.0')
  })
  afterEach(() => set.close())

  it('refuses without --allow-disruptive, and names the context', async () => {
    const { code, stderr } = await command(['upgrade', ...at(), '--', 'true'])
    expect(code).to.equal(2)
    expect(stderr).to.match(/on context \S+ \(http\S+\) .* say --allow-disruptive/)
    expect(await made()).to.deep.equal([])
  })

  it('goes on with the rollout when it was killed while the command ran, and does not run it again', async () => {
    const script = `${setRelease('3.31.0').join(' ')} && echo changed >&2 && sleep 20`
    const killed = startCommand(
      ['upgrade', ...at(), '--allow-disruptive', ...quick, '--', 'sh', '-c', script],
      {},
      400_000,
    )
    await killed.says(/^changed/m)
    killed.child.kill('SIGKILL')
    await killed.ended
    const name = readdirSync(set.folder).find((each) => each.startsWith('upgrade-')) ?? ''
    const folder = path.join(set.folder, name)
    const resumed = await command(
      ['upgrade', ...at(), '--allow-disruptive', '--rollout-timeout', '60', '--resume', folder],
      {},
      400_000,
    )
    const { json } = set.outcome(resumed)
    expect(resumed.code, resumed.stderr).to.equal(3)
    expect(json.because).to.match(/1 question open, the first: command: .* its end was not seen/)
    expect(json.testimonies.filter(({ verdict }) => verdict === 'survived')).to.have.length.above(4)
    expect(resumed.stderr).not.to.match(/now, on context/)
    expect(await made()).to.deep.equal([])
    const accepted = await command(
      ['upgrade', ...at(), '--allow-disruptive', '--accept', 'command', '--resume', folder],
      {},
      400_000,
    )
    expect(accepted.code, accepted.stderr).to.equal(0)
  })

  /** As a terminal does, which sends the signal to all processes of the foreground. */
  const pressed = ({ child }: Started) => process.kill(-(child.pid ?? 0), 'SIGINT')
  const checking = () =>
    startCommand(['upgrade', ...at(), '--allow-disruptive', ...quick, '--', 'true'], {}, 400_000, ['setsid'])

  it('Ctrl-C: the run of the checks cleans up and reports, too', async () => {
    const stopped = checking()
    await stopped.says(/the checks, before the upgrade[^]*^\d+ arms/m)
    pressed(stopped)
    const { code, stderr } = await stopped.ended
    expect(code, stderr).to.equal(130)
    const [, runId = ''] = /the run of the checks, (\S+), was stopped; .* clean --run \1$/m.exec(stderr) ?? []
    const upgrade = readdirSync(set.folder).find((each) => each.startsWith('upgrade-')) ?? ''
    expect(recordOf(path.join(set.folder, upgrade, runId))).to.include({ outcome: 'interrupted', exitCode: 130 })
    expect(await made()).to.deep.equal([])
  })

  it('Ctrl-C twice: both leave at once, and say how to remove what is left', async () => {
    const stopped = checking()
    await stopped.says(/the checks, before the upgrade[^]*^\d+ arms/m)
    pressed(stopped)
    await stopped.says(/Once more to leave at once/)
    pressed(stopped)
    const { code, stderr } = await stopped.ended
    expect(code, stderr).to.equal(130)
    const left = [...stderr.matchAll(/clean --run (\S+)$/gm)].map(([, runId = '']) => runId)
    expect(left, stderr).to.have.length(2)
    expect(await made()).to.have.length(4)
    for (const runId of left) {
      const cleaned = await command(['clean', '--run', runId, '--kubeconfig', set.kubeconfig], {}, 200_000)
      expect(cleaned.code, cleaned.stderr).to.equal(0)
    }
    expect(await made()).to.deep.equal([])
  })

  it('removes what it made when it is stopped before the command, and `clean` what a killed one has left', async () => {
    const flags = ['--allow-disruptive', ...quick, '--', 'true']
    const stopped = startCommand(['upgrade', ...at(), ...flags], {}, 400_000)
    await stopped.says(/the checks, before the upgrade/)
    stopped.child.kill('SIGTERM')
    expect((await stopped.ended).code).to.equal(130)
    expect(await made()).to.deep.equal([])

    const killed = startCommand(['upgrade', ...at(), ...flags], {}, 400_000)
    await killed.says(/witnesses in sandboxes of the old release/)
    killed.child.kill('SIGKILL')
    await killed.ended
    expect(await made()).to.have.length(2)
    const cleaned = await command(['clean', '--all', '--kubeconfig', set.kubeconfig], {}, 200_000)
    expect(cleaned.code, cleaned.stderr).to.equal(0)
    expect(await made()).to.deep.equal([])
  })
})
