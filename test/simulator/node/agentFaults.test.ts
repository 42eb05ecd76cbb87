import { expect } from 'chai'
import { onNode, resources, type TestNode } from './testNode.ts'

/** Resolves when a container of the node has exited. */
function exited(test: TestNode, id: string): Promise<void> {
  return new Promise((resolve) => {
    if (test.runtime.containerStatus(id)?.state === 'exited') resolve()
    test.runtime.onChange((change) => change.kind === 'containerExited' && change.id === id && resolve())
  })
}

async function logOf(faults: string[], script: string): Promise<string[]> {
  return onNode(faults, async (test) => {
    const pod = await test.pod('kata-qemu', { containers: [{ command: ['sh', '-c', script] }] })
    await exited(test, pod.containers[0]!)
    return test.runtime.logs(pod.containers[0]!).map(({ stream, text }) => `${stream} ${text}`)
  })
}

describe('logs', () => {
  it('have every line of both streams', async () => {
    const lines = await logOf(
      [],
      'i=0; while [ $i -lt 600 ]; do echo out $i; i=$((i+1)); done; echo err >&2; printf last',
    )
    expect(lines).to.have.length(602).and.include('stdout out 599').and.include('stderr err').and.include('stdout last')
  })

  it('stdout-lost', async () => {
    expect(await logOf(['stdout-lost'], 'echo out; echo err >&2')).to.deep.equal(['stderr err'])
  })

  it('stderr-lost', async () => {
    expect(await logOf(['stderr-lost'], 'echo out; echo err >&2')).to.deep.equal(['stdout out'])
  })

  it('logs-cut-at-512-lines: of each stream', async () => {
    const lines = await logOf(
      ['logs-cut-at-512-lines'],
      'i=0; while [ $i -lt 600 ]; do echo $i; i=$((i+1)); done; echo err >&2',
    )
    expect(lines).to.have.length(513).and.include('stdout 511').and.include('stderr err')
  })

  it('of the default runtime are whole under these faults', () =>
    onNode(['stdout-lost'], async (test) => {
      const pod = await test.pod('', { containers: [{ command: ['echo', 'out'] }] })
      await exited(test, pod.containers[0]!)
      expect(test.runtime.logs(pod.containers[0]!).map(({ text }) => text)).to.deep.equal(['out'])
    }))
})

describe('exec', () => {
  it('gives streams and exit code; one killed by signal 9 ends with 9 in a guest and 137 on the node', () =>
    onNode([], async (test) => {
      const kata = await test.pod('kata-qemu')
      expect(await kata.exec(['sh', '-c', 'echo out; echo err >&2; exit 5'])).to.deep.equal({
        stdout: 'out\n',
        stderr: 'err\n',
        exitCode: 5,
      })
      expect((await kata.exec(['sh', '-c', 'kill -9 $$'])).exitCode).to.equal(9)
      const runc = await test.pod('')
      expect((await runc.exec(['sh', '-c', 'kill -9 $$'])).exitCode).to.equal(137)
    }))

  it('of what is not there fails in the words of agent and runc', () =>
    onNode([], async (test) => {
      const message = async (handler: string) =>
        (await test.pod(handler)).exec(['/no/such/command']).then(
          () => '',
          (error: Error) => error.message.replace(/[0-9a-f]{64}/g, 'ID'),
        )
      expect(await message('kata-qemu')).to.match(
        /^failed to exec in container: failed to start exec "ID": cannot enter container ID, with err rpc error: code = Internal desc = the file \/no\/such\/command was not found\n\nStack backtrace:/,
      )
      expect(await message('')).to.equal(
        'failed to exec in container: failed to start exec "ID": OCI runtime exec failed: exec failed: unable to start container process: exec: "/no/such/command": stat /no/such/command: no such file or directory: unknown',
      )
    }))

  it('streams stdin and output', () =>
    onNode([], async (test) => {
      const pod = await test.pod('kata-qemu')
      const session = await test.runtime.exec(pod.containers[0]!, ['cat'], { tty: false, stdin: true })
      let text = ''
      session.onStdout((data) => (text += Buffer.from(data).toString()))
      session.stdin.write(Buffer.from('hello'))
      session.stdin.end()
      expect(await session.exit).to.equal(0)
      expect(text).to.equal('hello')
    }))

  it('exec-exit-code-lost', () =>
    onNode(['exec-exit-code-lost'], async (test) => {
      expect((await (await test.pod('kata-qemu')).exec(['sh', '-c', 'exit 7'])).exitCode).to.equal(0)
      expect((await (await test.pod('')).exec(['sh', '-c', 'exit 7'])).exitCode).to.equal(7)
    }))

  it('exec-probes-fail: probes, not hooks', () =>
    onNode(
      ['exec-probes-fail'],
      async (test) => {
        const pod = await test.pod('kata-qemu')
        expect((await test.runtime.execSync(pod.containers[0]!, ['true'], 1_000_000_000)).exitCode).to.equal(1)
        expect((await test.runtime.execSync(pod.containers[0]!, ['true'], 0)).exitCode).to.equal(0)
      },
      { speed: 100 },
    ))
})

describe('ends of containers', () => {
  const trap = ['sh', '-c', 'trap "echo TERM; exit 0" TERM; while :; do sleep 0.2; done']
  const stopped = (faults: string[], handler: string) =>
    onNode(
      faults,
      async (test) => {
        const pod = await test.pod(handler, { containers: [{ command: trap }] })
        await test.runtime.stopContainer(pod.containers[0]!, 20_000)
        return {
          status: test.runtime.containerStatus(pod.containers[0]!)!,
          log: test.runtime.logs(pod.containers[0]!).map(({ text }) => text),
        }
      },
      { speed: 50 },
    )

  it('SIGTERM reaches the process', async () => {
    const { status, log } = await stopped([], 'kata-qemu')
    expect(status).to.include({ state: 'exited', exitCode: 0, reason: 'Completed' })
    expect(log).to.deep.equal(['TERM'])
  })

  it('sigterm-not-forwarded: killed at the end of the grace period', async () => {
    const { status, log } = await stopped(['sigterm-not-forwarded'], 'kata-qemu')
    // the agent reports a signal as its number (recorded)
    expect(status).to.include({ state: 'exited', exitCode: 9 })
    expect(log).to.deep.equal([])
    expect((await stopped(['sigterm-not-forwarded'], '')).log).to.deep.equal(['TERM'])
  })

  it('a hypervisor that dies takes the sandbox with it: code 255', () =>
    onNode([], async (test) => {
      const pod = await test.pod('kata-qemu')
      const lost = new Promise<string>((resolve) =>
        test.runtime.onChange((change) => change.kind === 'sandboxLost' && resolve(change.id)),
      )
      await test.onNode('kill -9 $(pidof qemu-system-x86_64 || pgrep -x qemu-system-x86)')
      expect(await lost).to.equal(pod.id)
      expect(test.runtime.containerStatus(pod.containers[0]!)).to.include({
        state: 'exited',
        exitCode: 255,
        reason: 'Error',
      })
    }))

  it('init-container-not-awaited: an init container is called ended while it runs', () =>
    onNode(
      ['init-container-not-awaited'],
      async (test) => {
        const pod = await test.pod('kata-qemu', { bare: true })
        const init = await pod.start({ name: 'init' })
        expect(test.runtime.containerStatus(init)).to.include({ state: 'exited', exitCode: 0, reason: 'Completed' })
        expect(await pod.start({ name: 'main' })).to.be.a('string')
        expect(await pod.sh('ps -o args', 1)).to.be.a('string')
      },
      {
        pods: {
          containerOf: async (_sandbox, name) => ({
            init: name === 'init',
            ephemeral: false,
            requests: { cpuMillicores: 0, memoryBytes: 0 },
          }),
        },
      },
    ))

  it('container-restart-recreates-vm: the sandbox is lost when a container exits that will be restarted', () =>
    onNode(
      ['container-restart-recreates-vm'],
      async (test) => {
        const lost = new Promise<string>((resolve) =>
          test.runtime.onChange((change) => change.kind === 'sandboxLost' && resolve(change.id)),
        )
        const pod = await test.pod('kata-qemu', { containers: [{ command: ['sh', '-c', 'exit 3'] }] })
        expect(await lost).to.equal(pod.id)
        expect(test.runtime.containerStatus(pod.containers[0]!)).to.include({ exitCode: 3, reason: 'Error' })
      },
      { pods: { restarts: async () => true } },
    ))
})

describe('out of memory', () => {
  /** The worker of stress holds the memory and is the one that the kernel kills. */
  const greedy = (memory: string, limitMiB: number | null) => ({
    image: 'polinux/stress',
    command: null,
    args: ['--vm', '1', '--vm-bytes', memory, '--vm-keep', '--timeout', '2s'],
    resources: resources(limitMiB === null ? {} : { memoryMiB: limitMiB }),
  })
  const outOfMemory = <T>(faults: string[], use: (test: TestNode, containers: string[]) => Promise<T>) =>
    onNode(
      faults,
      async (test) => {
        const pod = await test.pod('kata-qemu-minimal', { bare: true })
        await pod.start()
        const container = await pod.start(greedy('300M', 64))
        await exited(test, container)
        return use(test, pod.containers)
      },
      { speed: 50 },
    )
  const hypervisors = (test: TestNode) => test.node.machine.processes().filter(({ comm }) => comm.startsWith('qemu'))
  const end = (faults: string[], memory: string, limitMiB: number | null) =>
    onNode(
      faults,
      async (test) => {
        const pod = await test.pod('kata-qemu-minimal', { containers: [greedy(memory, limitMiB)] })
        await exited(test, pod.containers[0]!)
        return test.runtime.containerStatus(pod.containers[0]!)?.reason
      },
      { speed: 50 },
    )

  const rows: [memory: string, limitMiB: number | null, reason: string][] = [
    ['200M', 256, 'Completed'],
    ['250M', 256, 'Completed'],
    ['256M', 256, 'OOMKilled'],
    ['100M', null, 'Completed'],
    ['200M', null, 'OOMKilled'],
  ]
  for (const [memory, limitMiB, reason] of rows) {
    it(`${memory} with ${limitMiB === null ? 'no limit' : `a limit of ${limitMiB} MiB`}: ${reason}`, async () => {
      expect(await end([], memory, limitMiB)).to.equal(reason)
    })
  }

  it('kills the container at its limit, and nothing else', () =>
    outOfMemory([], async (test, [quiet, container]) => {
      expect(test.runtime.containerStatus(container!)?.reason).to.equal('OOMKilled')
      expect(test.runtime.containerStatus(quiet!)?.state).to.equal('running')
      expect(test.node.machine.kernelLog().join()).to.not.match(/oom|Killed/)
    }))

  it('oom-reason-lost', () =>
    outOfMemory(['oom-reason-lost'], async (test, [, container]) => {
      expect(test.runtime.containerStatus(container!)).to.include({ exitCode: 137, reason: 'Error' })
    }))

  it('oom-kills-the-vm', () =>
    outOfMemory(['oom-kills-the-vm'], async (test, [quiet]) => {
      expect(test.runtime.containerStatus(quiet!)).to.include({ state: 'exited', exitCode: 255 })
      expect(hypervisors(test)).to.deep.equal([])
    }))

  it('oom-kills-the-pods-other-containers', () =>
    outOfMemory(['oom-kills-the-pods-other-containers'], async (test, [quiet, container]) => {
      expect(test.runtime.containerStatus(container!)?.reason).to.equal('OOMKilled')
      await exited(test, quiet!)
      expect(test.runtime.containerStatus(quiet!)?.exitCode).to.equal(9)
      expect(hypervisors(test)).to.have.length(1)
    }))

  it('guest-oom-logged-on-host: the VM lives on', () =>
    outOfMemory(['guest-oom-logged-on-host'], async (test, [quiet]) => {
      expect(test.node.machine.kernelLog().join('\n')).to.match(/Killed process \d+ \(qemu-system-x86\)/)
      expect(test.runtime.containerStatus(quiet!)?.state).to.equal('running')
    }))

  for (const fault of ['memory-limit-not-enforced', 'memory-limit-not-in-guest-cgroup']) {
    it(`${fault}: what is over the limit and fits the VM is not killed`, async () => {
      expect(await end([fault], '200M', 128)).to.equal('Completed')
    })
  }

  it('memory-max-lowered: 250M are too much for 256 MiB', async () => {
    expect(await end(['memory-max-lowered'], '250M', 256)).to.equal('OOMKilled')
  })

  it('guest-grows-without-limits: more than the VM had', async () => {
    expect(await end(['guest-grows-without-limits'], '400M', null)).to.equal('Completed')
  })
})
