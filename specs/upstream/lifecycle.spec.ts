import { behaviour } from '../../helpers/behaviour.ts'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { WaitError } from '../../helpers/cluster/waitError.ts'
import { containerState } from '../../helpers/guest/containerState.ts'
import { expectInVm, expectPrintedInVm, printsBootId } from '../../helpers/guest/inVirtualMachine.ts'
import { logUntil } from '../../helpers/guest/logUntil.ts'
import { processes } from '../../helpers/guest/processes.ts'
import { termination } from '../../helpers/guest/termination.ts'
import { anyKata, classes, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const notInVm = "boot_id of the pod beside the node's"
const printedNotInVm = "boot_id that the container printed beside the node's"

const graceSeconds = 4
/** Says each SIGTERM, and lives to the end of the grace period: a second one would be said too. */
const counting = `trap 'echo TERM; cat /tmp/stopping 2>/dev/null' TERM; echo waiting; while :; do sleep 0.2; done`

/** Lines of the log of a pod that is deleted while it is followed: it cannot be asked for later. */
async function logToTheEnd(pod: PodHandle): Promise<readonly string[]> {
  let deletion: Promise<number> | undefined
  const lines = await logUntil(pod, {
    each: (line) =>
      void (line === 'waiting' && (deletion ??= pod.delete({ timeoutMs: 60_000 })).catch(() => undefined)),
    last: () => false,
    withinMs: 60_000,
  })
  await deletion
  return lines
}

behaviour('KATA-UPSTREAM-001', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .main((main) =>
        main.script(counting).with({
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
    const log = await logToTheEnd(pods.pod)
    expect(log.slice(log.indexOf('TERM')), 'log from SIGTERM on: preStop came before it').to.include('stopping')
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'hooks-not-run': 'what postStart wrote',
    'sigterm-not-forwarded': 'log from SIGTERM on',
    'stdout-lost': 'log from SIGTERM on',
  },
})

behaviour('KATA-UPSTREAM-016', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).script(counting).gracePeriod(graceSeconds).unshared() }),
  timeoutMs: 120_000,
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const log = await logToTheEnd(pods.pod)
    expect(
      log.filter((line) => line === 'TERM'),
      'SIGTERMs that the process of a deleted pod got',
    ).to.deep.equal(['TERM'])
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'sigterm-not-forwarded': 'SIGTERMs that the process of a deleted pod got',
    'sigterm-sent-twice': 'SIGTERMs that the process of a deleted pod got',
    'stdout-lost': 'SIGTERMs that the process of a deleted pod got',
  },
})

const left = 'sleep 3607'

behaviour('KATA-UPSTREAM-017', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).initContainer('first', `${left} & echo started`).script(idle).shareProcessNamespace(),
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
  killedBy: { 'runc-behind-kata-handlers': notInVm },
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
          readinessProbe: { ...probe, periodSeconds: 1 },
          livenessProbe: { ...probe, periodSeconds: 2, initialDelaySeconds: 10, failureThreshold: 3 },
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
    expect(containerState(pods.pod.object, 'main').restartCount, 'restarts while the probe succeeds').to.equal(0)
    await pods.pod.exec(['sh', '-c', of.breaks], { expectOutput: false })
    const restarted = (pod: KubeObject) => containerState(pod, 'main').restartCount > 0
    const object = await pods.pod
      .waitFor('a restart by the liveness probe', restarted, 60_000)
      .catch((error: unknown) => {
        if (error instanceof WaitError && error.end === 'deadline' && !error.trouble) return pods.pod.object
        throw error
      })
    expect(containerState(object, 'main').restartCount, 'restarts once the probe fails').to.be.at.least(1)
  },
  killedBy: {
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
