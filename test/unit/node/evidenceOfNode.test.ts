import { expect } from 'chai'
import { kataDeployPodTable, runtimeClassTable } from '../../../helpers/deployment/diagnostics.ts'
import { journalArgv } from '../../../helpers/node/journal.ts'
import { parseNamespaces } from '../../../helpers/node/namespaces.ts'
import { podFolder } from '../../../helpers/node/podFolder.ts'
import { nodeInMemory } from './host.ts'

const uid = '0a1b2c3d-0000-4000-8000-000000000001'

describe('what the evidence of a failure has of the node', () => {
  it("takes a pod's lines from logs that never reach the journal, and no others", async () => {
    const log = '/var/lib/rancher/rke2/agent/containerd/containerd.log'
    const ours = `time="x" level=error msg="RunPodSandbox for &PodSandboxMetadata{Name:a,Uid:${uid},}" failed`
    const { probe } = await nodeInMemory({ [log]: `${ours}\ntime="x" level=info msg="another pod"\n` })
    expect(await probe.journal([uid, 'no-such-sandbox'], 60)).to.equal(`--- ${log}\n${ours}\n`)
    expect(await probe.journal([], 60)).to.equal('')
  })

  it('has no lines where the node keeps none', async () => {
    const { probe } = await nodeInMemory({ '/etc/os-release': 'ID=x\n' })
    expect(await probe.journal([uid], 60)).to.equal('')
  })

  it('asks for whole seconds', () => {
    expect(journalArgv([uid], 61.2).slice(3)).to.deep.equal(['journal', '62', uid])
  })

  it('looks at a sandbox, its processes and its files in one exec, also when a process has ended meanwhile', async () => {
    const id = '981f461779ac0ebee5d287662a047a5afe10774492f136c12d39935236b6da4a'
    const { probe, commands } = await nodeInMemory({
      '/proc/7/smaps_rollup': 'Rss: 47080 kB\nPss:    30591 kB\n',
      '/proc/7/status': 'Name:\tshim\nVmRSS:\t   47080 kB\nRssShmem:\t       0 kB\nThreads:\t10\n',
      '/proc/7/cgroup': '0::/kubepods/pod1\n',
      '/sys/fs/cgroup/kubepods/pod1/memory.max': '704643072\n',
      '/proc/7/mounts': `none /proc proc rw 0 0\nnone /run/kata-containers/shared/sandboxes/${id}/shared virtiofs rw,relatime 0 0\n`,
      [`/run/vc/vm/${id}/qmp.sock`]: '',
    })
    const process = (pid: number, comm: string) => ({ pid, ppid: 1, comm, argv: [comm], exe: '', startTicks: pid })
    const [shim, qemu] = [process(7, 'containerd-shim'), process(8, 'qemu-system-x86')]
    expect(await probe.describe({ sandboxId: id, shims: [shim], hypervisors: [qemu], virtiofsds: [] })).to.deep.equal({
      sandboxId: id,
      processes: [
        {
          ...shim,
          role: 'shim',
          memory: { rssKiB: 47_080, pssKiB: 30_591, rssShmemKiB: 0, threads: 10 },
          cgroup: { path: '/kubepods/pod1', limitMiB: 672, oomKills: null },
          namespaces: {},
        },
        { ...qemu, role: 'hypervisor', memory: null, cgroup: null, namespaces: {} },
      ],
      commandLine: null,
      mounts: [`virtiofs none on /run/kata-containers/shared/sandboxes/${id}/shared (rw,relatime)`],
      files: [`/run/vc/vm/${id}`],
    })
    expect(commands).to.have.length(1)
  })

  it('reads the namespaces of a process', () => {
    const listing =
      'total 0\nlrwxrwxrwx 1 root root 0 Nov 21 10:00 mnt -> mnt:[4026531841]\nlrwxrwxrwx 1 root root 0 Nov 21 10:00 pid_for_children -> pid:[4026532001]\n'
    expect(parseNamespaces(listing)).to.deep.equal({ mnt: '4026531841', pid_for_children: '4026532001' })
    expect(parseNamespaces('')).to.deep.equal({})
  })

  it("finds a pod's folder wherever its kubelet keeps it", async () => {
    const { probe } = await nodeInMemory({ [`/var/lib/k0s/kubelet/pods/${uid}/volumes/x`]: '' })
    expect(await podFolder(probe, uid)).to.equal(`/var/lib/k0s/kubelet/pods/${uid}`)
    expect(await podFolder(probe, 'another')).to.equal(null)
  })

  it("shows RuntimeClasses and kata-deploy's pods as kubectl does", () => {
    const metadata = { name: 'kata-qemu' }
    const overhead = { podFixed: { cpu: '250m', memory: '160Mi' } }
    expect(
      runtimeClassTable([
        { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata, handler: 'kata-qemu', overhead },
      ]),
    ).to.equal('NAME        HANDLER     OVERHEAD\nkata-qemu   kata-qemu   cpu=250m,memory=160Mi\n')
    const pod = (name: string, image: string) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'kata-containers' } },
      spec: { nodeName: 'n1', containers: [{ name: 'main', image }] },
      status: { phase: 'Running', containerStatuses: [{ ready: true, restartCount: 2 }] },
    })
    const pods = [pod('kata-deploy-x', 'quay.io/kata-containers/kata-deploy:3.26.0'), pod('other', 'busybox:1.36')]
    expect(kataDeployPodTable(pods)).to.equal(
      'NAMESPACE         NAME            READY   STATUS    RESTARTS   NODE\nkata-containers   kata-deploy-x   1/1     Running   2          n1\n',
    )
  })
})
