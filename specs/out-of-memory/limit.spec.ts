import { behaviour } from '../../helpers/behaviour.ts'
import { allocateScript, isGone } from '../../helpers/guest/allocate.ts'
import { expectOwnKernel, expectPrintedInVm, printsBootId } from '../../helpers/guest/inVirtualMachine.ts'
import { containerStatus, howItEnded, oomTold, termination } from '../../helpers/guest/termination.ts'
import { anyKata, classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { vmHolds } from '../../helpers/oracles/documentedFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

/** Classes whose VM is larger than the limit, so that the limit is what an allocation meets first. */
const limitIsWhatCounts = classes(onNode, notConfidential, vmHolds(256))

/** MiB that fit under limits.memory 256Mi beside the process itself; the guide's rows, of which 250 leaves 6 MiB. */
const fitting: Readonly<Record<string, number>> = { 'KATA-OOM-001': 200, 'KATA-OOM-002': 250 }

for (const [id, mebibytes] of Object.entries(fitting)) {
  behaviour(id, {
    on: limitIsWhatCounts,
    pods: ({ runtimeClass }) => ({
      allocating: busybox(runtimeClass)
        .limits({ memory: '256Mi' })
        .script(`${printsBootId}; ${allocateScript(mebibytes)}`)
        .awaits('finished'),
    }),
    async check({ pods, api, runtimeClass, expect }) {
      expect(howItEnded(pods.allocating), `container that allocates ${mebibytes} MiB under 256Mi`).to.equal(
        'Completed (0)',
      )
      await expectPrintedInVm({ api, expect, runtimeClass }, pods.allocating)
    },
    control: true,
    killedBy: {
      'stdout-lost': 'boot_id that the container printed',
      'runc-behind-kata-handlers': 'this pod is not in a VM',
      'memory-hotplug-ignored': `container that allocates ${mebibytes} MiB`,
      'memory-never-onlined': `container that allocates ${mebibytes} MiB`,
      ...(mebibytes > 240
        ? {
            'memory-max-lowered': 'container that allocates 250 MiB',
            'vmm-killed-beyond-limit-and-overhead': 'container that allocates 250 MiB',
          }
        : {}),
    },
  })
}

/** A kill in the first moments of a container is not always told as one for memory (containerd#8180); upstream's pod-oom.yaml sleeps as long. */
const watched = 'sleep 2'

behaviour('KATA-OOM-003', {
  on: limitIsWhatCounts,
  pods: ({ runtimeClass }) => ({
    allocating: busybox(runtimeClass)
      .limits({ memory: '256Mi' })
      .script(`${printsBootId}; ${watched}; ${allocateScript(256)}`)
      .awaits('finished'),
  }),
  async check({ pods, api, runtimeClass, expect }) {
    await oomTold(pods.allocating)
    const ended = termination(pods.allocating)
    // The reason, not the exit code: that one depends on which process of a container is killed.
    expect(
      ended?.reason,
      `reason of the end of a container that allocates 256 MiB under 256Mi: ${howItEnded(pods.allocating)}`,
    ).to.equal('OOMKilled')
    await expectPrintedInVm({ api, expect, runtimeClass }, pods.allocating)
  },
  control: true,
  killedBy: {
    'vmm-killed-beyond-limit-and-overhead': 'reason of the end of a container that allocates 256 MiB',
    'stdout-lost': 'boot_id that the container printed',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'oom-kills-the-vm': 'a container that allocates 256 MiB',
    'memory-limit-not-in-guest-cgroup': 'a container that allocates 256 MiB',
    'memory-limit-not-enforced': 'a container that allocates 256 MiB',
    'oom-reason-lost': 'a container that allocates 256 MiB',
  },
})

behaviour('KATA-OOM-007', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pair: busybox(runtimeClass)
      .script('cat /proc/sys/kernel/random/boot_id; trap "exit 0" TERM; while :; do sleep 1; done')
      .limits({ memory: '128Mi' })
      .container('greedy', (container) =>
        container.script(`${watched}; ${allocateScript(300)}`).limits({ memory: '256Mi' }),
      )
      .awaits('finished'),
  }),
  async check({ pods, api, runtimeClass, expect }) {
    const { pair } = pods
    await oomTold(pair, 'greedy')
    // What it printed when it started, and what it says now: a VM made anew would have another boot_id.
    const [atStart, now] = await Promise.all([pair.logs({ container: 'main' }), bootIdIfAlive(pair, 'main')])
    expect(now, 'boot_id of the other container after the OOM').to.equal(atStart.trim())
    if (runtimeClass !== undefined)
      expectOwnKernel(
        expect,
        "boot_id of the other container beside the node's",
        atStart.trim(),
        await api.bootId(pair.node),
      )
    const quiet = containerStatus(pair.object, 'main')
    expect(quiet.state, 'state of the other container').to.have.property('running')
    expect(quiet.restartCount, 'restarts of the other container').to.equal(0)
    expect(howItEnded(pair, 'greedy'), 'container that allocates 300 MiB under 256Mi').to.match(/^OOMKilled/)
  },
  control: true,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'oom-kills-the-vm': 'the other container',
    'oom-kills-the-pods-other-containers': 'the other container',
    'stdout-lost': 'the other container',
    'oom-reason-lost': 'container that allocates 300 MiB',
    'memory-limit-not-in-guest-cgroup': 'container that allocates 300 MiB',
    'memory-limit-not-enforced': 'container that allocates 300 MiB',
  },
})

/**
 * The boot_id that a container answers two seconds from now, or null when it is not there to answer. What an OOM drags down with it goes at once, but
 * its end is seen a moment later.
 */
async function bootIdIfAlive(pod: PodHandle, container: string): Promise<string | null> {
  try {
    const { stdout } = await pod.exec(['sh', '-c', 'sleep 2; cat /proc/sys/kernel/random/boot_id'], { container })
    return stdout.trim()
  } catch (error) {
    // A stream that broke says nothing about the container: the node is asked.
    if ((error as Error).name === 'ExecError' && (await isGone(pod, container))) return null
    throw error
  }
}
