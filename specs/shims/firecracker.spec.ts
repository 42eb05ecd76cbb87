import { behaviour } from '../../helpers/behaviour.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import { unknown } from '../../helpers/facts/fact.ts'
import { classes, decide, hypervisorIs, oneOf } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { processesOf } from './processesOf.ts'

const processes = processesOf(['kata-fc'], 'go', 'firecracker', {
  'kata-fc-class-with-qemu-handler': "hypervisor of a pod of kata-fc: expected 'qemu-system-x86_64'",
})

behaviour('KATA-SHIM-005', {
  ...processes,
  async check(context) {
    await processes.check(context)
    // Firecracker shares no file system: the root is a disk of its own, of the snapshotter's kind.
    const root = mountOn(await mounts(context.pods.pod), '/')
    context.expect(root?.type, 'file system of the root of a pod of kata-fc').to.be.oneOf(['ext4', 'xfs', 'btrfs'])
  },
})

/** Ways in which files of the host reach a guest live. */
const sharedTypes = ['virtiofs', '9p']

behaviour('KATA-SHIM-011', {
  on: classes(hypervisorIs('firecracker')),
  pods: () => ({}),
  timeoutMs: 180_000,
  furtherPods: 1,
  async check({ changes, createPod, runtimeClass, finding, expect }) {
    const folder = await changes.folder({ before: 'written before the pod' })
    const pod = await createPod(
      busybox(runtimeClass).hostPath(folder.path, '/folder', { type: 'Directory' }).awaits('settled').unshared(),
    )
    if (pod.outcome === 'not-started') {
      finding(`a hostPath directory is refused: ${pod.failure?.message}`)
      expect(pod.failure?.reason, 'why a pod with a hostPath directory does not start').to.be.oneOf([
        'FailedCreatePodSandBox',
        'StartError',
        'RunContainerError',
        'CreateContainerError',
      ])
      return
    }
    const shared = (await mounts(pod)).filter(({ type }) => sharedTypes.includes(type))
    expect(
      shared.map(({ target, type }) => `${target} ${type}`),
      'mounts of the host in a Firecracker guest',
    ).to.deep.equal([])
    await folder.write('after', 'written while the pod runs')
    const { stdout } = await pod.read(['ls', '/folder'])
    finding(`a hostPath directory is a copy with: ${stdout.trim().split('\n').join(', ') || 'nothing'}`)
    expect(stdout.split('\n'), 'what the guest sees of a directory that the host changes').to.not.include('after')
    await pod.exec(['sh', '-c', 'echo guest >/folder/guest'])
    expect(await folder.read('guest'), 'what the host sees of a directory that the guest changes').to.equal(null)
  },
  killedBy: { 'firecracker-shares-host-directories': 'mounts of the host in a Firecracker guest' },
})

// The guide counts kata-fc among the classes that "work immediately"; the chart says that devmapper is the operator's to set up.
behaviour('KATA-SHIM-014', {
  on: classes(oneOf(['kata-fc']), ({ snapshotter }) =>
    decide(
      'snapshotter of the handler',
      snapshotter ?? unknown('containerd was not read'),
      (name) => name === 'devmapper',
    ),
  ),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).awaits('settled') }),
  async check({ pods, finding, expect }) {
    const { outcome, failure } = pods.pod
    expect(outcome, 'outcome of a pod of kata-fc without devmapper').to.equal('not-started')
    expect(failure?.reason, 'why it does not start').to.equal('FailedCreatePodSandBox')
    expect(failure?.message, 'what the event says').to.include('snapshotter').and.include('devmapper')
    finding(`without devmapper: ${failure?.message}`)
  },
  killedBy: { 'missing-snapshotter-not-named': 'what the event says: expected' },
})
