import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { cgroupHierarchy } from '../../../helpers/guest/cgroupVersion.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

const recorded = readFileSync(new URL('fixtures/mounts-kata-bare.txt', import.meta.url), 'utf8')

/** A pod that has these files and no others. */
const podWith = (files: Readonly<Record<string, string>>) =>
  ({
    read([, path = '']: readonly string[]) {
      const stdout = files[path]
      return Promise.resolve(
        stdout === undefined
          ? { stdout: '', stderr: `cat: can't open '${path}'`, exitCode: 1 }
          : { stdout, stderr: '', exitCode: 0 },
      )
    },
  }) as Pick<PodHandle, 'read'> as PodHandle

describe('cgroup hierarchy of a container', () => {
  it('is v2 in a guest as recorded', async () => {
    const pod = podWith({
      '/proc/mounts': recorded,
      '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
    })
    expect(await cgroupHierarchy(pod)).to.deep.equal({
      type: 'cgroup2',
      controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'],
    })
  })

  it('has no controllers of its own on v1', async () => {
    const pod = podWith({
      '/proc/mounts': 'tmpfs /sys/fs/cgroup tmpfs ro 0 0\ncgroup /sys/fs/cgroup/cpu cgroup ro,cpu 0 0\n',
    })
    expect(await cgroupHierarchy(pod)).to.deep.equal({ type: 'tmpfs', controllers: [] })
  })
})
