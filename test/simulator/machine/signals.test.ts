import { expect } from 'chai'
import type { Machine } from '../../../sim/machine/machine.ts'
import { recordedGuest, run, startRecorded } from './recordedPod.ts'

describe('machine: signals and jobs', () => {
  let machine: Machine
  beforeEach(() => (machine = recordedGuest()))
  afterEach(() => machine.powerOff())

  it('runs the trap of a container that only waits', async () => {
    const { container } = startRecorded(machine, {
      argv: ['sh', '-c', 'trap "echo TERM; exit 7" TERM; while :; do sleep 0.2; done'],
    })
    await run(container, 'true')
    container.signal('SIGTERM')
    expect(await container.exited).to.deep.equal({ code: 7, oomKilled: false, signal: null })
  })

  it('sends nothing to a first process without a handler, but KILL', async () => {
    const { container } = startRecorded(machine, { argv: ['sleep', '3600'] })
    container.signal('TERM')
    expect((await run(container, 'cat /proc/1/comm')).stdout).to.equal('sleep\n')
    container.signal('KILL')
    expect(await container.exited).to.deep.equal({ code: 137, oomKilled: false, signal: 'KILL' })
  })

  it('ends everything of a container with its first process', async () => {
    const { container } = startRecorded(machine)
    const exec = container.exec(['sleep', 'infinity'], { tty: false })
    container.signal('KILL')
    expect(await exec.exit).to.equal(137)
    expect(machine.processes()).to.deep.equal([])
    expect(() => container.exec(['true'], { tty: false })).to.throw('ended')
  })

  it('ends what an exec left in the background no earlier', async () => {
    const { container } = startRecorded(machine)
    await run(container, 'sleep 100 >/dev/null 2>&1 &')
    expect((await run(container, 'pgrep -x sleep | wc -l')).stdout).to.equal('2\n')
  })

  const SCRIPTS: [string, string][] = [
    ['sleep 100 & p=$!; kill $p; wait $p; echo $?', '143\n'],
    ['sleep 100 & p=$!; kill -9 $p; wait $p; echo $?', '137\n'],
    ['sh -c "exit 3" & wait $!; echo $?', '3\n'],
    ['(echo one) & (echo two) & wait; echo done', 'one\ntwo\ndone\n'],
    ['trap "echo usr" USR1; kill -USR1 $$; echo on', 'usr\non\n'],
    ['trap "" TERM; kill $$; echo alive', 'alive\n'],
    ['sh -c \'trap "exit 5" TERM; kill $$; sleep 9\'; echo $?', '5\n'],
    ['timeout 0.1 sleep 100; echo $?', '143\n'],
    ['timeout 5 sh -c "exit 4"; echo $?', '4\n'],
    ['timeout -s KILL 0.1 sleep 100; echo $?', '137\n'],
    ['kill -0 1 && echo there; kill -0 99999 2>/dev/null || echo gone', 'there\ngone\n'],
    ['kill -l 15; kill -l TERM', 'TERM\n15\n'],
    ['sleep 50 & killall sleep; wait; echo $?', '0\n'],
    ["sh -c 'sleep 50\n:' & ps -o pid,args | grep -cv '^ *[0-9P]'; kill $!", '0\n'],
  ]
  for (const [script, output] of SCRIPTS) {
    it(script, async () => {
      const { container } = startRecorded(machine)
      expect((await run(container, script)).stdout).to.equal(output)
    })
  }

  it('writes to the log of the container through /proc/1/fd/1', async () => {
    const { container, log } = startRecorded(machine)
    await run(container, 'echo seen > /proc/1/fd/1; echo bad > /proc/1/fd/2')
    expect(log).to.deep.equal({ stdout: 'seen\n', stderr: 'bad\n' })
  })

  it('echoes and interrupts on a terminal', async () => {
    const { container } = startRecorded(machine)
    const exec = container.exec(['sh'], { tty: true })
    let screen = ''
    let seen: () => unknown = () => undefined
    exec.onOutput((_stream, data) => {
      screen += Buffer.from(data).toString()
      seen()
    })
    const shows = (text: string) =>
      new Promise<void>((resolve) => {
        seen = () => screen.includes(text) && resolve()
        seen()
      })
    exec.writeStdin(Buffer.from('tty; sleep 1000\n'))
    await shows('/dev/pts/0')
    exec.writeStdin(Buffer.from([3]))
    await shows('^C')
    exec.writeStdin(Buffer.from('exit 9\n'))
    expect(await exec.exit).to.equal(9)
    expect(screen).to.include('tty; sleep 1000\r\n')
  })
})
