import { behaviour } from '../../helpers/behaviour.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const absent = '/no/such/executable'

// A command that the image has not is the least that keeps a pod from starting under every runtime. What kubectl describe shows of it are its events.
behaviour('KATA-TROUBLE-005', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).command([absent]).awaits('settled') }),
  async check({ pods, finding, expect }) {
    expect(pods.pod.outcome, 'outcome of a pod whose command does not exist').to.equal('not-started')
    const warnings = (await pods.pod.events()).filter(
      ({ type, reason }) => type === 'Warning' && ['Failed', 'FailedCreatePodSandBox'].includes(reason),
    )
    expect(
      warnings.map(({ reason }) => reason),
      'reasons of the warnings about a pod that does not start',
    ).to.not.be.empty
    const telling = warnings.find(({ message }) => /no such file|not found|ENOENT/i.test(message))
    expect(telling?.message ?? warnings[0]?.message, 'what the warning says').to.match(/no such file|not found|ENOENT/i)
    // The agent's words for a file that is not there do not always say which (recorded on 3.26.0 for a device and a mount).
    finding(`the warning ${telling?.message.includes(absent) ? 'names' : 'does not name'} the command`)
  },
  killedBy: { 'events-with-a-backtrace-lost': 'reasons of the warnings about a pod that does not start' },
})
