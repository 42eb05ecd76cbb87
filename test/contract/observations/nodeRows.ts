import { expect } from 'chai'
import { parseCtrContainers } from '../../../helpers/node/ctr.ts'
import { parseHostCgroup } from '../../../helpers/node/hostCgroup.ts'
import { parseLinks } from '../../../helpers/node/links.ts'
import { parseNamespaces } from '../../../helpers/node/namespaces.ts'
import { parseInterfaces } from '../../../helpers/node/podInterfaces.ts'
import { qemuCommandLine, valueOf } from '../../../helpers/node/qemuCommandLine.ts'
import { sandboxProcesses } from '../../../helpers/node/sandboxProcesses.ts'
import { parseSandboxSpecs } from '../../../helpers/node/sandboxSpecs.ts'
import type { RecordedScenario } from '../pods/recordedScenario.ts'
import { kataSandboxIds, nodeProcesses, nodeText } from './nodeTexts.ts'

/** One observation of the node against every recording with something for it. */
export interface NodeRow {
  covers: readonly string[]
  /** @returns false when the recording has nothing for it. */
  observe: (recorded: RecordedScenario) => boolean
  /** Recordings that it meets at the least. */
  atLeast: number
}

export const nodeRows: readonly NodeRow[] = [
  {
    covers: ['sandboxProcesses.sandboxProcesses'],
    atLeast: 2,
    observe(recorded) {
      const ids = kataSandboxIds(recorded)
      for (const id of ids) {
        const found = sandboxProcesses(id, nodeProcesses(recorded))
        expect(found.shims).to.have.length(1)
        expect(found.hypervisors.map(({ comm }) => comm)).to.deep.equal(['qemu-system-x86'])
        expect(found.virtiofsds).to.not.be.empty
      }
      return ids.length > 0
    },
  },
  {
    covers: ['qemuCommandLine.qemuCommandLine', 'qemuCommandLine.valueOf'],
    atLeast: 2,
    observe(recorded) {
      const lines = kataSandboxIds(recorded).map((id) => {
        const [hypervisor] = sandboxProcesses(id, nodeProcesses(recorded)).hypervisors
        const line = qemuCommandLine(hypervisor!.argv)
        expect(line.name).to.equal(`sandbox-${id}`)
        expect(line.machine).to.include.members(['q35', 'accel=kvm'])
        expect(line.vcpus).to.deep.equal({ boot: 1, max: 1 })
        expect(line.devices.map((device) => valueOf(device, 'guest-cid')).filter(Boolean)).to.have.length(1)
        expect(line.images).to.not.be.empty
        return line
      })
      if (lines.length === 0) return false
      // a sandbox of another class may have been there too
      const boot = recorded.runtimeClass === 'kata-qemu' ? 2048 : 256
      expect(lines.map(({ memory }) => memory.bootMiB)).to.include(boot)
      return true
    },
  },
  {
    covers: ['hostCgroup.parseHostCgroup'],
    atLeast: 2,
    observe(recorded) {
      const processes = nodeText(recorded, 'smaps_rollup')?.split(/^== /m).slice(1) ?? []
      const found = processes
        .map((text) => parseHostCgroup(text).path)
        .filter((path) => path.startsWith('/kata_overhead/'))
      if (found.length === 0) return false
      for (const path of found) expect(path).to.match(/^\/kata_overhead\/[0-9a-f]{64}$/)
      return true
    },
  },
  {
    covers: ['podInterfaces.parseInterfaces'],
    atLeast: 3,
    observe(recorded) {
      const spaces = nodeText(recorded, 'ip -d link')?.split(/^== /m).slice(1) ?? []
      for (const space of spaces) {
        const interfaces = parseInterfaces(space)
        expect(interfaces[0]).to.include({ name: 'lo', mtu: 65536 })
        expect(interfaces[1]).to.include({ name: 'eth0', mtu: 1500 })
        expect(interfaces[1]!.mac).to.match(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
      }
      return spaces.length > 0
    },
  },
  {
    covers: ['links.parseLinks'],
    atLeast: 3,
    observe(recorded) {
      const spaces = nodeText(recorded, 'ip -d link')?.split(/^== /m).slice(1) ?? []
      for (const space of spaces) {
        const links = parseLinks(space)
        expect(links.map(({ name }) => name).slice(0, 2)).to.deep.equal(['lo', 'eth0'])
        expect(links[1]).to.include({ mtu: 1500, up: true, paired: true, master: null })
        expect(links[1]!.peer).to.be.a('number')
        for (const tap of links.slice(2)) expect(tap).to.include({ name: 'tap0_kata', mtu: 1500, paired: false })
      }
      return spaces.length > 0
    },
  },
  {
    covers: ['sandboxSpecs.parseSandboxSpecs'],
    atLeast: 3,
    observe(recorded) {
      const text = nodeText(recorded, 'jq -c')
      if (text === null) return false
      const marked = text.replaceAll(/^== (\S+)$/gm, '\n--- spec of $1').replaceAll('\n\n---', '\n---')
      const uids = [...text.matchAll(/"io\.kubernetes\.cri\.sandbox-uid":"([^"]+)"/g)].map(([, uid = '']) => uid)
      for (const uid of new Set(uids)) {
        const [spec, ...others] = parseSandboxSpecs(marked, uid)
        expect(others).to.deep.equal([])
        expect(spec!.id).to.match(/^[0-9a-f]{64}$/)
        expect(spec!.netns).to.match(/^\/var\/run\/netns\/cni-/)
        expect(spec!.cgroupsPath).to.include(uid.replaceAll('-', '_'))
      }
      return uids.length > 0
    },
  },
  {
    covers: ['ctr.parseCtrContainers'],
    atLeast: 3,
    observe(recorded) {
      const table = nodeText(recorded, 'ctr -n k8s.io containers ls')?.split(/^TASK/m)[0]
      if (table === undefined) return false
      const containers = parseCtrContainers(table)!
      expect(containers.size).to.equal(table.trim().split('\n').length - 1)
      for (const runtime of containers.values()) expect(runtime).to.match(/^io\.containerd\.(runc|kata[\w-]*)\.v2$/)
      for (const id of kataSandboxIds(recorded)) expect(containers.get(id)).to.match(/^io\.containerd\.kata-/)
      expect([...containers.values()]).to.include(`io.containerd.${recorded.runtimeClass ?? 'runc'}.v2`)
      return true
    },
  },
  {
    covers: ['namespaces.parseNamespaces'],
    atLeast: 3,
    observe(recorded) {
      // of the node's kernel, before any namespace is made. Source: include/linux/proc_ns.h
      const initial = { ipc: '4026531839', uts: '4026531838', user: '4026531837', pid: '4026531836' }
      const shims = (nodeText(recorded, 'smaps_rollup') ?? '')
        .split(/^== /m)
        .filter((text) => /^\d+ containerd-shim\n/.test(text))
      for (const text of shims) expect(parseNamespaces(text)).to.include(initial)
      const listings = recorded.steps.flatMap((step) =>
        step.step === 'exec' && step.argv.at(-1)!.startsWith('ls -la / /proc/1/ns') ? [step.stdout] : [],
      )
      for (const text of listings) {
        const { pid, user, mnt } = parseNamespaces(text)
        expect(user).to.equal(initial.user)
        expect(pid)
          .to.match(/^\d{10}$/)
          .and.not.equal(initial.pid)
        expect(mnt).to.match(/^\d{10}$/)
      }
      return shims.length + listings.length > 0
    },
  },
]
