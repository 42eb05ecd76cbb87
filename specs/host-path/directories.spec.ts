import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { sha256 } from '../../helpers/guest/fileInPod.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { linesInPod } from '../../helpers/guest/linesInPod.ts'
import { mountOn, mounts } from '../../helpers/guest/mounts.ts'
import { classes, notConfidential, sharedByVirtiofs } from '../../helpers/oracles/applicability.ts'
import { writableLayer } from '../../helpers/node/writableLayer.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** Files below /etc that differ from node to node, and that every distribution with systemd has. Only hashes of them leave a node. */
const ownFiles = ['machine-id', 'hostname']

behaviour('KATA-HOSTPATH-001', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).hostPath('/etc', '/host-etc', { readOnly: true }) }),
  async check({ pods: { pod }, node, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    // What is mounted over a file of the node is not below the directory that is shared.
    const mounted = (await node.readFile('/proc/1/mounts')).split('\n').map((line) => line.split(' ')[1])
    const hashes = await Promise.all(
      ownFiles
        .filter((name) => !mounted.includes(`/etc/${name}`))
        .map(async (name) => ({ name, ofNode: await node.sha256(`/etc/${name}`) })),
    )
    const there = hashes.filter(({ ofNode }) => ofNode !== null)
    if (there.length === 0) throw new FactUnknownError('what is in /etc of the node', `no ${ownFiles.join(', no ')}`)
    for (const { name, ofNode } of there) {
      const shown = await sha256(pod, `/host-etc/${name}`)
      expect(shown, `SHA-256 of ${name} below the hostPath /etc, beside the node's`).to.equal(ofNode)
    }
    // Talos has no users.
    if ((await node.sha256('/etc/shadow')) !== null) {
      const { stdout, stderr } = await pod.read(['sh', '-c', 'wc -l </host-etc/shadow'])
      const lines = stdout.trim() === '' ? stderr.trim() : Number(stdout)
      expect(lines, "lines of the node's /etc/shadow that a container reads").to.be.a('number').above(0)
    }
    expect(mountOn(await mounts(pod), '/host-etc')?.type, 'type of the hostPath /etc').to.equal('virtiofs')
  },
  killedBy: {
    'rootfs-by-9p': 'type of the hostPath /etc',
    'host-path-shows-the-guest': 'SHA-256 of machine-id below the hostPath /etc',
    'host-path-copied-at-start': 'type of the hostPath /etc',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

/** virtio_fs_cache = auto: what the guest knows of a file is asked anew after 1 s. */
const seenWithinMs = 30_000

// Each side appends and creates what the other waits for; the container tells by its log, so that nobody has to poll.
behaviour('KATA-HOSTPATH-006', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: () => ({}),
  furtherPods: 1,
  async check({ changes, createPod, api, runtimeClass, measure, expect }) {
    const folder = await changes.folder({ shared: 'begun\n', 'of-host': 'here\n' })
    const pod = await createPod(busybox(runtimeClass).hostPath(folder.path, '/shared', { type: 'Directory' }))
    await expectInVm({ api, expect, runtimeClass }, pod)

    await folder.write('shared', 'begun\nfrom the host\n')
    const appended = await linesInPod(pod, '/shared/shared', 'from the host', seenWithinMs)
    expect(appended.seen, 'a line that the host appended, in the container').to.equal(true)
    measure('until a change of the host is seen in the guest', appended.ms, 'ms')
    await folder.write('made-by-host', 'new\n')
    const made = await linesInPod(pod, '/shared/made-by-host', 'new', seenWithinMs)
    expect(made.seen, 'a file that the host made, in the container').to.equal(true)

    await pod.exec(['sh', '-c', 'echo from the guest >>/shared/shared && echo new >/shared/made-by-guest'])
    await pod.exec(['rm', '/shared/of-host'])
    expect(await folder.read('shared'), 'a file with a line that the container appended, on the host').to.equal(
      'begun\nfrom the host\nfrom the guest\n',
    )
    expect(await folder.read('made-by-guest'), 'a file that the container made, on the host').to.equal('new\n')
    expect(await folder.read('of-host'), 'a file that the container removed, on the host').to.equal(null)
  },
  killedBy: {
    'host-path-shows-the-guest': 'a line that the host appended, in the container',
    'host-directories-read-only': 'a file with a line that the container appended, on the host',
    'host-path-copied-at-start': 'a line that the host appended, in the container',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-HOSTPATH-007', {
  on: classes(sharedByVirtiofs, notConfidential),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).unshared() }),
  async check({ pods: { pod }, node, api, runtimeClass, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pod)
    const marker = `kata-conformance-${pod.uid}`
    await pod.exec(['sh', '-c', `echo ${marker} >/${marker} && sync`])
    const layer = await writableLayer(node, pod)
    if (layer === null)
      throw new FactUnknownError(
        'where the node keeps what the container writes',
        "no overlay of the host is the container's",
      )
    expect(
      (await node.readFileIfThere(`${layer}/${marker}`))?.trim() ?? 'no such file',
      "the pod's file in its layer on the node",
    ).to.equal(marker)
  },
  killedBy: {
    'container-writes-stay-in-the-guest': "the pod's file in its layer on the node",
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
