import { behaviour } from '../../helpers/behaviour.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const lines = { stdout: 1000, stderr: 10 }
const write = `seq 1 ${lines.stdout} | sed 's/^/out /'; seq 1 ${lines.stderr} | sed 's/^/err /' >&2`

behaviour('KATA-ARCH-007', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).script(write).awaits('finished') }),
  async check({ pods, expect }) {
    const log = (await pods.pod.logs()).split('\n')
    const numbers = (stream: string) =>
      log.filter((line) => line.startsWith(`${stream} `)).map((line) => Number(line.slice(4)))
    expect(numbers('out'), 'lines of stdout in the log').to.have.lengthOf(lines.stdout)
    expect(numbers('err'), 'lines of stderr in the log').to.have.lengthOf(lines.stderr)
    expect(isCounting(numbers('out')), 'stdout in the order in which it was written').to.equal(true)
    expect(isCounting(numbers('err')), 'stderr in the order in which it was written').to.equal(true)
  },
  killedBy: {
    'stdout-lost': 'lines of stdout in the log',
    'logs-cut-at-512-lines': 'lines of stdout in the log',
    'stderr-lost': 'lines of stderr in the log',
  },
  control: true,
})

const isCounting = (numbers: readonly number[]) => numbers.every((number, at) => number === at + 1)
