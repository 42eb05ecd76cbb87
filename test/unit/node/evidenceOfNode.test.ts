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
