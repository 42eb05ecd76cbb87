import { behaviour } from '../../helpers/behaviour.ts'
import { containerStart } from '../../helpers/guest/containerStart.ts'
import { fileKind, textOf } from '../../helpers/guest/fileInPod.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { subPathShows } from '../../helpers/oracles/emptyDirSubPath.ts'
import { busybox } from '../../helpers/pods/pod.ts'

const text = 'written before'

/**
 * One pod for both claims: an init container writes a file and a directory into the emptyDir; `main` mounts the file, the directory, and the whole.
 */
const pod = (runtimeClass: string | undefined) =>
  busybox(runtimeClass)
    .emptyDir('/scratch', { name: 'scratch' })
    .initContainer('writer', `mkdir /scratch/folder && echo ${text} | tee /scratch/app.conf >/scratch/folder/x`, {
      volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
    })
    .main((main) =>
      main
        .mount({ name: 'scratch', mountPath: '/etc/app.conf', subPath: 'app.conf' })
        .mount({ name: 'scratch', mountPath: '/folder', subPath: 'folder' }),
    )
    .awaits('settled')

// A documented limitation: where it is lifted, the report says so, and nothing is wrong.
behaviour('KATA-SUBPATH-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: pod(runtimeClass) }),
  async check({ pods, facts, api, runtimeClass, finding, expect }) {
    expect(containerStart(pods.pod), 'start of a container with a subPath of an emptyDir').to.equal('started')
    await expectInVm({ api, expect, runtimeClass }, pods.pod)
    expect(await textOf(pods.pod, '/scratch/app.conf'), 'the file by the whole emptyDir').to.equal(`${text}\n`)
    const kind = await fileKind(pods.pod, '/etc/app.conf')
    const shown = await textOf(pods.pod, '/etc/app.conf')
    const expected = subPathShows(facts.class)
    if (kind === 'directory') {
      expect(expected, 'what a subPath of an emptyDir on the node shows, when it is a directory').to.not.equal(
        'the content',
      )
      expect(shown, 'reading the file by subPath').to.match(/[Ii]s a directory/)
      finding('the file of an emptyDir is a directory by subPath: the documented limitation')
    } else {
      expect(kind, 'the file by subPath').to.equal('regular file')
      expect(shown, 'content of the file by subPath').to.equal(`${text}\n`)
      finding(
        expected === 'nothing'
          ? "a subPath of an emptyDir works though the emptyDir is the guest's own: the documented limitation is lifted"
          : 'a subPath of an emptyDir works: the emptyDir is shared from the node',
      )
    }
  },
  killedBy: {
    'empty-dir-for-each-container': 'the file by the whole emptyDir',
    'exec-exit-code-lost': 'reading the file by subPath',
    'vm-per-container': 'the file by the whole emptyDir',
    'emptydir-subpath-refused': 'start of a container with a subPath of an emptyDir',
    'emptydir-subpath-file-empty': 'content of the file by subPath',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-SUBPATH-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: pod(runtimeClass) }),
  async check({ pods, facts, api, runtimeClass, finding, expect }) {
    expect(containerStart(pods.pod), 'start of a container with a subPath of an emptyDir').to.equal('started')
    await expectInVm({ api, expect, runtimeClass }, pods.pod)
    expect(await textOf(pods.pod, '/scratch/folder/x'), 'the file by the whole emptyDir').to.equal(`${text}\n`)
    expect(await fileKind(pods.pod, '/folder'), 'a directory of an emptyDir by subPath').to.equal('directory')
    const { stdout } = await pods.pod.read(['ls', '/folder'])
    const shows = stdout.trim() === '' ? 'nothing' : 'the content'
    if (shows === 'the content')
      expect(await textOf(pods.pod, '/folder/x'), 'the file by the subPath of its directory').to.equal(`${text}\n`)
    else
      expect(
        subPathShows(facts.class),
        'what a subPath of an emptyDir on the node shows, when it is empty',
      ).to.not.equal('the content')
    finding(`a directory of an emptyDir shows ${shows} by subPath`)
  },
  killedBy: {
    'empty-dir-for-each-container': 'the file by the whole emptyDir',
    'vm-per-container': 'the file by the whole emptyDir',
    'emptydir-subpath-refused': 'start of a container with a subPath of an emptyDir',
    'emptydir-subpath-file-empty': 'the file by the subPath of its directory',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
