import { behaviour } from '../../helpers/behaviour.ts'
import { enforcedLevel } from '../../helpers/api/podSecurityLevel.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

behaviour('KATA-PSA-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    plain: busybox(runtimeClass),
    privileged: busybox(runtimeClass).privileged(),
  }),
  async check({ pods, api, expect }) {
    expect(await enforcedLevel(api, pods.plain.namespace), 'level of the namespace of a plain Kata pod').to.equal(
      'baseline',
    )
    expect(pods.plain.outcome, 'outcome of a plain Kata pod at level baseline').to.equal('ready')
    const level = await enforcedLevel(api, pods.privileged.namespace)
    expect(level, 'level of the namespace of a privileged Kata pod').to.equal('privileged')
    expect(pods.privileged.namespace, 'namespace of the privileged pod').to.not.equal(pods.plain.namespace)
  },
  killedBy: {
    'pod-security-labels-dropped': 'level of the namespace of a plain Kata pod',
  },
})
