import { behaviour } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { containerState } from '../../helpers/guest/containerState.ts'
import { expectInVm, expectPrintedInVm, printsBootId } from '../../helpers/guest/inVirtualMachine.ts'
import { processes } from '../../helpers/guest/processes.ts'
import { termination } from '../../helpers/guest/termination.ts'
import { anyKata, classes, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'
import { stateWithin } from '../../helpers/pods/stateWithin.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const notInVm = "boot_id of the pod beside the node's"
const printedNotInVm = "boot_id that the container printed beside the node's"

/** Far more than a container that gets its signal takes. */
const graceSeconds = 300

/** Set once the trap is: a signal that comes before ends the shell. */
const trapped = '/tmp/trapped'
const waitForTrap = `until [ -e ${trapped} ]; do sleep 0.1; done; echo trapped`

/**
 * How the container of a pod ends that is deleted: an exit code of its own, which no signal gives. Its last lines may be missing from the log of a pod
 * that goes (k8s.io/cri-client/pkg/logs).
 */
async function exitCodeAfterDeletion(pod: PodHandle): Promise<number | null> {
  const timeoutMs = 90_000
  const ended = (object: KubeObject) => containerState(object, 'main').exitCode !== null
  const [object] = await Promise.all([
    pod.waitFor('the end of its container', ended, timeoutMs),
    pod.delete({ timeoutMs }),
  ])
  return containerState(object, 'main').exitCode
}

const AFTER_PRE_STOP = 41
const stoppable = `trap '[ -e /tmp/stopping ] && exit ${AFTER_PRE_STOP}; exit 40' TERM; touch ${trapped}; while :; do sleep 0.2; done`

behaviour('KATA-UPSTREAM-001', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .main((main) =>
        main.script(stoppable).with({
          lifecycle: {
            postStart: { exec: { command: ['sh', '-c', 'echo started >/tmp/started'] } },
            preStop: { exec: { command: ['sh', '-c', 'echo stopping >/tmp/stopping'] } },
          },
        }),
      )
      .gracePeriod(graceSeconds)
      .unshared(),
  }),
  timeoutMs: 120_000,
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const { stdout } = await pods.pod.read(['sh', '-c', 'cat /tmp/started 2>&1; true'])
    expect(stdout.trim(), 'what postStart wrote').to.equal('started')
    await pods.pod.read(['sh', '-c', waitForTrap])
    expect(
      await exitCodeAfterDeletion(pods.pod),
      'exit code of the stopped container, by what preStop had left before SIGTERM came',
    ).to.equal(AFTER_PRE_STOP)
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'hooks-not-run': 'what postStart wrote',
    'sigterm-not-forwarded': 'exit code of the stopped container, by what preStop had left',
  },
})

const ONCE = 41
/** Ends two seconds after the first SIGTERM, with how many came. */
const counting = `n=0; trap 'n=$((n+1))' TERM; touch ${trapped}; while [ $n -eq 0 ]; do sleep 0.2; done; sleep 2; exit $((${ONCE - 1}+n))`

behaviour('KATA-UPSTREAM-016', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).script(counting).gracePeriod(graceSeconds).unshared() }),
  timeoutMs: 120_000,
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    await pods.pod.read(['sh', '-c', waitForTrap])
    expect(await exitCodeAfterDeletion(pods.pod), 'exit code of a container that counts its SIGTERMs').to.equal(ONCE)
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'sigterm-not-forwarded': 'exit code of a container that counts its SIGTERMs',
    'sigterm-sent-twice': 'exit code of a container that counts its SIGTERMs: expected 42 to equal 41',
  },
})

const left = 'sleep 3607'

behaviour('KATA-UPSTREAM-017', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).initContainer('first', `${left} & echo started`).shareProcessNamespace(),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const seen = (await processes(pods.pod)).map(({ args }) => args)
    expect(seen, 'processes of the pod: the shared namespace is seen').to.include('/pause')
    expect(
      seen.filter((args) => args.includes(left)),
      'processes left by the init container',
    ).to.deep.equal([])
  },
  killedBy: {
    'process-namespace-sharing-ignored': 'processes of the pod: the shared namespace is seen',
    'runc-behind-kata-handlers': notInVm,
    'processes-outlive-their-container': 'processes left by the init container',
  },
})

const serving = `mkdir -p /tmp/www; echo ok >/tmp/www/index.html; touch /tmp/alive; httpd -f -p 8080 -h /tmp/www & ${idle}`

/** Probes, each with what makes it fail in the container. */
const probes = {
  exec: { probe: { exec: { command: ['test', '-e', '/tmp/alive'] } }, breaks: 'rm /tmp/alive' },
  http: { probe: { httpGet: { path: '/index.html', port: 8080 } }, breaks: 'rm /tmp/www/index.html' },
  tcp: { probe: { tcpSocket: { port: 8080 } }, breaks: 'kill $(pidof httpd)' },
}

behaviour('KATA-UPSTREAM-012', {
  on: anyKata,
  control: true,
  cases: probes,
  pods: ({ runtimeClass, case: { probe } }) => ({
    pod: busybox(runtimeClass)
      .main((main) =>
        main.script(serving).with({
          readinessProbe: { ...probe, periodSeconds: 1, timeoutSeconds: 20 },
          livenessProbe: { ...probe, periodSeconds: 2, timeoutSeconds: 20, initialDelaySeconds: 10 },
        }),
      )
      .restartPolicy('Always')
      .unshared(),
  }),
  timeoutMs: 120_000,
  async check(context) {
    const { pods, case: of, expect } = context
    // Ready it is by the probe: nothing else would have found out whether it serves.
    await expectInVm(context, pods.pod)
    const before = containerState(pods.pod.object, 'main').restartCount
    await pods.pod.exec(['sh', '-c', of.breaks], { expectOutput: false })
    const restarted = (pod: KubeObject) => containerState(pod, 'main').restartCount > before
    const object = await stateWithin(pods.pod, 'a restart by the liveness probe', restarted, 60_000)
    expect(containerState(object, 'main').restartCount, 'restarts once the probe fails').to.be.above(before)
  },
  killedBy: {
    'guest-address-missing': 'condition Ready can no longer come',
    'runc-behind-kata-handlers': notInVm,
    'exec-probes-fail': 'Ready',
    'exec-exit-code-lost': 'restarts once the probe fails',
  },
})

const ends = { success: { exitCode: 0, message: 'all is done' }, failure: { exitCode: 3, message: 'it went wrong' } }

behaviour('KATA-UPSTREAM-018', {
  on: classes(sharedByVirtiofs),
  control: true,
  cases: ends,
  pods: ({ runtimeClass, case: { exitCode, message } }) => ({
    pod: busybox(runtimeClass)
      .script(`${printsBootId}; echo -n '${message}' >/dev/termination-log; exit ${exitCode}`)
      .awaits('finished'),
  }),
  async check(context) {
    const { pods, case: expected, expect } = context
    await expectPrintedInVm(context, pods.pod)
    const ended = termination(pods.pod)
    expect(ended?.exitCode, 'exit code of the container').to.equal(expected.exitCode)
    expect(ended?.message, 'termination message in the status').to.equal(expected.message)
  },
  killedBy: {
    'runc-behind-kata-handlers': printedNotInVm,
    'termination-log-stays-in-guest': 'termination message in the status',
    'stdout-lost': 'boot_id that the container printed',
  },
})
