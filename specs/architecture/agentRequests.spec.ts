import { behaviour } from '../../helpers/behaviour.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { containerState, type ContainerState } from '../../helpers/guest/containerState.ts'

/** Ends well after three runs of its own probe, each of which leaves a line behind. */
const endsWhenProbedThrice = 'until [ "$(wc -l </tmp/probes)" -ge 3 ]; do sleep 0.2; done 2>/dev/null'
const twice = { failureThreshold: 2, timeoutSeconds: 10 }

behaviour('KATA-ARCH-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass),
    probed: busybox(runtimeClass)
      .script(endsWhenProbedThrice)
      .livenessExec(['sh', '-c', 'echo probed >>/tmp/probes'], twice)
      .container('failing', (container) => container.script(idle).livenessExec(['sh', '-c', 'exit 1'], twice))
      .awaits('settled'),
  }),
  async check({ pods, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.pod)
    const said = await pods.pod.read(['echo', 'ok'])
    expect([said.exitCode, said.stdout], "exit code and output of exec'd echo").to.deep.equal([0, 'ok\n'])
    expect(
      (await pods.pod.read(['sh', '-c', 'exit 7'])).exitCode,
      "exit code of an exec'd shell that exits with 7",
    ).to.equal(7)

    const succeeding = await terminated(pods.probed, 'main')
    expect(succeeding.exitCode, 'exit code of a container whose exec probe succeeds').to.equal(0)
    const failing = await terminated(pods.probed, 'failing')
    expect(failing.restartCount, 'restarts of a container that must not be restarted').to.equal(0)
    const unhealthy = (await pods.probed.events())
      .filter(({ reason }) => reason === 'Unhealthy')
      .map(({ message }) => message)
    expect(unhealthy.join('; '), 'events about the exec probe that fails').to.include('Liveness probe failed')
  },
  killedBy: {
    'exec-exit-code-lost': "exit code of an exec'd shell that exits with 7: expected +0 to equal 7",
    'exec-probes-fail': 'exit code of a container whose exec probe succeeds',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
  control: true,
  timeoutMs: 120_000,
})

/** Waits until the container has ended for good. */
async function terminated(pod: PodHandle, container: string): Promise<ContainerState> {
  const object = await pod.waitFor(
    `container ${container} terminated`,
    (seen) => containerState(seen, container).phase === 'terminated',
    90_000,
  )
  return containerState(object, container)
}

/** Leaves a mark at its very end, long enough after its start that a container which did not wait for it comes before. */
const slowStart = 'sleep 3; touch /shared/init-ended'
/** What the container itself saw of it: the status is only what the runtime says. */
const looks = '[ -e /shared/init-ended ] && echo after init || echo before the end of init'
/** Ends with 3 when it is told to; its next life has a file system of its own, and waits anew. */
const exitsWhenTold = `${looks}; trap "exit 0" TERM; until [ -e /tmp/exit ]; do sleep 0.2; done; exit 3`

behaviour('KATA-ARCH-004', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .script(exitsWhenTold)
      // In memory: a tmpfs of the guest with every shim and release (ephemeral storage, mount.go). One on disk is copied into each
      // container where there is no shared file system (Firecracker with emptydir_mode shared-fs, the default from 4.0).
      .emptyDir('/shared', { name: 'shared', medium: 'Memory' })
      .container('second', idle)
      .initContainer('init', (init) => init.script(slowStart).mount({ name: 'shared', mountPath: '/shared' }))
      .restartPolicy('OnFailure')
      .unshared(),
  }),
  async check({ pods: { pod }, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    const init = containerState(pod.object, 'init')
    expect(init.exitCode, 'exit code of the init container').to.equal(0)
    for (const name of ['main', 'second']) {
      const { startedAt } = containerState(pod.object, name)
      expect(
        secondsBetween(init.finishedAt, startedAt),
        `seconds from the init container's end to the start of ${name}`,
      ).to.be.at.least(0)
    }

    const [first] = (await pod.logs({ container: 'main' })).split('\n')
    expect(first, 'start of the container, by what it saw of the init container').to.equal('after init')

    const before = await bootId(pod, 'main')
    await pod.exec(['touch', '/tmp/exit'], { container: 'main' })
    const restarted = await pod.waitFor(
      'container main running again',
      (seen) => containerState(seen, 'main').restartCount > 0 && containerState(seen, 'main').phase === 'running',
      90_000,
    )
    expect(await bootId(pod, 'main'), 'boot_id of the container before and after its restart').to.equal(before)
    expect(containerState(restarted, 'main').restartCount, 'restarts of the container that exited').to.equal(1)
    expect(containerState(restarted, 'second').restartCount, 'restarts of its neighbour').to.equal(0)
    expect(await bootId(pod, 'second'), "boot_id of the neighbour beside the container's").to.equal(before)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'init-container-not-awaited': 'start of the container, by what it saw of the init container',
    'container-restart-recreates-vm': 'boot_id of the container before and after its restart',
    // What the init container left in the guest-local emptyDir is in another guest.
    'vm-per-container': 'start of the container, by what it saw of the init container',
    'stdout-lost': 'start of the container, by what it saw of the init container',
    'empty-dir-for-each-container': 'start of the container, by what it saw of the init container',
  },
  control: true,
  timeoutMs: 120_000,
})

const secondsBetween = (earlier: string | null, later: string | null): number =>
  (Date.parse(later ?? '') - Date.parse(earlier ?? '')) / 1000
