import { expect } from 'chai'
import { bootId } from '../../../helpers/guest/bootId.ts'
import { cgroupLimits } from '../../../helpers/guest/cgroupLimits.ts'
import { cgroupHierarchy } from '../../../helpers/guest/cgroupVersion.ts'
import { containerState } from '../../../helpers/guest/containerState.ts'
import { cpus, nproc } from '../../../helpers/guest/cpus.ts'
import { addedDisks, disks } from '../../../helpers/guest/disks.ts'
import { clusterDomain, parseAddresses, resolver } from '../../../helpers/guest/dns.ts'
import { commandLineOfLog, kernel, kernelCommandLine, kernelLog } from '../../../helpers/guest/kernel.ts'
import { kernelParameter } from '../../../helpers/guest/kernelParameter.ts'
import { deviceMtu, leadingOut, links } from '../../../helpers/guest/links.ts'
import { mebibytes, meminfo, memTotal, usedMiB } from '../../../helpers/guest/meminfo.ts'
import { memoryBlockMiB } from '../../../helpers/guest/memoryBlocks.ts'
import { mountOn, mounts } from '../../../helpers/guest/mounts.ts'
import { defaultRoutes, hardwareAddresses, networkInterface, podIPs } from '../../../helpers/guest/network.ts'
import { listed, processes } from '../../../helpers/guest/processes.ts'
import { defaultRoute, notLoopback, routes } from '../../../helpers/guest/routes.ts'
import { containerStatus, howItEnded, termination } from '../../../helpers/guest/termination.ts'
import { uptime } from '../../../helpers/guest/uptime.ts'
import { recordedScenarios } from '../pods/recordedScenario.ts'
import type { Row } from './row.ts'

/** Boot ids of the recorded nodes: no guest may have one of them. */
const nodeBootIds = recordedScenarios
  .flatMap(({ steps }) => steps)
  .flatMap((step) => (step.step === 'node' && step.cmd.includes('boot_id') ? [step.stdout] : []))
  .flatMap((text) => text.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/gm) ?? [])

const mebibytesOf = (quantity: string): number => Number(/^(\d+)Mi$/.exec(quantity)![1])
const millicoresOf = (quantity: string): number =>
  quantity.endsWith('m') ? Number.parseInt(quantity, 10) : Number(quantity) * 1000

export const guestRows: readonly Row[] = [
  {
    covers: ['bootId.bootId', 'bootId.parseBootId'],
    atLeast: 10,
    async observe(pod, { kata }) {
      const id = await bootId(pod)
      if (kata) expect(nodeBootIds, 'boot ids of nodes').to.not.include(id)
    },
  },
  {
    covers: ['meminfo.meminfo', 'meminfo.memTotal', 'meminfo.parseMeminfo', 'meminfo.mebibytes', 'meminfo.usedMiB'],
    atLeast: 15,
    async observe(pod) {
      const info = await meminfo(pod)
      expect(mebibytes(info, 'MemTotal')).to.equal(await memTotal(pod))
      expect(mebibytes(info, 'MemFree')).to.be.below(mebibytes(info, 'MemTotal'))
      if (info.Slab === undefined) return
      expect(info.Slab).to.equal(info.SReclaimable! + info.SUnreclaim!)
      expect(usedMiB(info)).to.be.within(20, 700)
    },
  },
  {
    covers: [
      'cgroupLimits.cgroupLimits',
      'cgroupLimits.parseCgroupLimits',
      'keyedFiles.keyedFiles',
      'keyedFiles.parseKeyed',
    ],
    atLeast: 3,
    async observe(pod, { limits }) {
      const seen = await cgroupLimits(pod)
      const quota = limits.cpu === undefined ? null : millicoresOf(limits.cpu) * 100
      const memory = limits.memory === undefined ? null : mebibytesOf(limits.memory) * 1024 ** 2
      expect(seen).to.deep.equal({ version: 2, memoryBytes: memory, cpuQuotaUs: quota, cpuPeriodUs: 100_000 })
    },
  },
  {
    covers: ['cgroupVersion.cgroupHierarchy'],
    atLeast: 3,
    async observe(pod) {
      const { type, controllers } = await cgroupHierarchy(pod)
      expect(type).to.equal('cgroup2')
      expect(controllers).to.include.members(['cpu', 'memory', 'pids'])
    },
  },
  {
    covers: ['cpus.cpus', 'cpus.parseProcessors'],
    atLeast: 3,
    async observe(pod) {
      const seen = await cpus(pod)
      expect(seen.processors).to.have.length(seen.nproc)
    },
  },
  {
    covers: ['cpus.nproc', 'cpus.parseNproc'],
    atLeast: 10,
    observe: async (pod) => expect(await nproc(pod)).to.be.within(1, 2) && undefined,
  },
  {
    covers: ['kernel.kernel', 'kernel.kernelCommandLine'],
    atLeast: 3,
    async observe(pod, { kata }) {
      const { release, build } = await kernel(pod)
      expect(build).to.include(`Linux version ${release} `)
      expect(release).to.equal(kata ? '6.18.5' : '6.12.107+deb13-amd64')
      expect((await kernelCommandLine(pod)).includes('agent.')).to.equal(kata)
    },
  },
  {
    covers: ['kernel.kernelLog', 'kernel.commandLineOfLog'],
    atLeast: 2,
    async observe(pod, { kata }) {
      if (kata) expect(commandLineOfLog(await kernelLog(pod))).to.equal(await kernelCommandLine(pod))
    },
  },
  {
    covers: ['memoryBlocks.memoryBlockMiB', 'memoryBlocks.parseBlockSize'],
    atLeast: 3,
    observe: async (pod) => expect(await memoryBlockMiB(pod)).to.equal(128) && undefined,
  },
  {
    covers: ['mounts.mounts', 'mounts.parseMounts', 'mounts.mountOn'],
    atLeast: 3,
    async observe(pod, { kata }) {
      const all = await mounts(pod)
      expect(mountOn(all, '/')?.type).to.equal(kata ? 'virtiofs' : 'overlay')
      expect(mountOn(all, '/proc')).to.include({ type: 'proc', source: 'proc' })
      expect(mountOn(all, '/etc/hosts')?.source).to.equal(kata ? 'kataShared' : '/dev/vda')
    },
  },
  {
    covers: [
      'network.networkInterface',
      'network.parseInterface',
      'network.defaultRoutes',
      'network.parseDefaultRoutes',
      'network.podIPs',
    ],
    atLeast: 6,
    async observe(pod, { recorded, kata }) {
      const hostNetwork = (pod.object.spec as { hostNetwork?: boolean }).hostNetwork === true
      if (hostNetwork && kata) return expect(await defaultRoutes(pod)).to.deep.equal([]) && undefined
      const { mac, addresses } = await networkInterface(pod, 'eth0')
      expect(mac, recorded.file).to.match(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
      expect(addresses).to.include.members([...podIPs(pod)])
      expect(await defaultRoutes(pod)).to.have.length(1)
    },
  },
  {
    covers: ['links.links', 'links.leadingOut', 'links.deviceMtu'],
    atLeast: 6,
    async observe(pod, { kata }) {
      const hostNetwork = (pod.object.spec as { hostNetwork?: boolean }).hostNetwork === true
      const names = leadingOut(await links(pod)).map(({ name }) => name)
      if (!hostNetwork) expect(names).to.deep.equal(['eth0'])
      else if (kata) expect(names).to.deep.equal([])
      else expect(names).to.include.members(['eth0', 'cni0'])
      if (names.includes('eth0')) expect(await deviceMtu(pod)).to.equal(1500)
    },
  },
  {
    covers: ['routes.routes', 'routes.parseRoutes', 'routes.notLoopback', 'routes.defaultRoute'],
    atLeast: 6,
    async observe(pod, { kata }) {
      const hostNetwork = (pod.object.spec as { hostNetwork?: boolean }).hostNetwork === true
      const found = notLoopback(await routes(pod))
      if (hostNetwork && kata) return expect(found).to.deep.equal([]) && undefined
      expect(defaultRoute(found)).to.include({ device: 'eth0' })
      expect(found.length).to.be.at.least(2)
    },
  },
  {
    covers: ['processes.processes', 'processes.parseProcesses', 'processes.listed'],
    atLeast: 12,
    async observe(pod) {
      const seen = await processes(pod)
      expect(
        seen.some(({ comm }) => comm === 'sh'),
        listed(seen),
      ).to.equal(true)
      expect(seen.find(({ pid }) => pid === 1)?.comm).to.be.oneOf(['sh', 'pause', 'systemd'])
    },
  },
  {
    covers: ['disks.disks', 'disks.parsePartitions'],
    atLeast: 10,
    async observe(pod, { recorded, kata }) {
      const seen = (await disks(pod)).filter(({ name }) => !/^(ram|loop|dm-|sr)/.test(name))
      if (!kata) return expect(seen.map(({ name }) => name)).to.include('vda') && undefined
      const image = [
        { name: 'pmem0', kib: 129_024 },
        { name: 'pmem0p1', kib: 128_000 },
      ]
      expect(seen.slice(0, 2)).to.deep.equal(image)
      const plugged = recorded.scenario === 'blockpvc' || recorded.file.includes('-block-minimal/hostpathblock')
      expect(seen.slice(2).map(({ name }) => name)).to.deep.equal(plugged ? ['sda'] : [])
      if (recorded.scenario === 'blockpvc') expect(seen[2]).to.deep.equal({ name: 'sda', kib: 131_072 })
    },
  },
  {
    covers: ['disks.addedDisks', 'disks.parseAddedDisks'],
    atLeast: 3,
    async observe(pod, { kata }) {
      const names = (await addedDisks(pod)).map(({ name }) => name).filter((name) => !name.startsWith('ram'))
      expect(names).to.deep.equal(kata ? [] : ['loop0', 'loop1', 'dm-0'])
    },
  },
  {
    covers: ['dns.resolver', 'dns.parseResolver', 'dns.clusterDomain'],
    atLeast: 5,
    async observe(pod) {
      const seen = await resolver(pod)
      const domain = `${pod.object.metadata.namespace}.svc.cluster.local`
      expect(seen).to.deep.equal({ servers: ['10.96.0.10'], search: [domain, 'svc.cluster.local', 'cluster.local'] })
      expect(clusterDomain(seen)).to.equal('cluster.local')
    },
  },
  {
    covers: ['dns.parseAddresses'],
    atLeast: 2,
    async observe(pod) {
      const { stdout } = await pod.read(['nslookup'])
      expect(stdout).to.include('NXDOMAIN')
      expect(parseAddresses(stdout), "the server's own address is no answer").to.deep.equal([])
    },
  },
  {
    covers: ['kernelParameter.kernelParameter'],
    atLeast: 5,
    async observe(pod, { recorded, kata }) {
      const [somaxconn, mapCount] = [
        await kernelParameter(pod, 'net.core.somaxconn'),
        await kernelParameter(pod, 'vm.max_map_count'),
      ]
      const privileged = pod.name === 'privinit'
      expect(somaxconn).to.equal(privileged ? '4321' : '4096')
      // no namespace has a copy of vm.max_map_count: under runc one pod sets it for the whole node
      if (kata) expect(mapCount).to.equal(privileged ? '262144' : '65530')
      else expect(mapCount).to.be.oneOf(['262144', '65530'])
      if (recorded.scenario !== 'sysctl') return
      const ports = await kernelParameter(pod, 'net.ipv4.ip_local_port_range')
      expect(ports).to.equal(pod.name === 'safe' ? '20000 30000' : '32768 60999')
    },
  },
  {
    covers: ['network.hardwareAddresses', 'network.parseHardwareAddresses'],
    atLeast: 2,
    async observe(pod, { kata }) {
      const seen = await hardwareAddresses(pod)
      for (const mac of seen) expect(mac).to.match(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
      // loopback has none; a dummy, where the kernel has them, has one
      expect(seen).to.have.length(kata ? 1 : 2)
    },
  },
  {
    covers: ['uptime.uptime'],
    atLeast: 3,
    observe: async (pod) => expect(await uptime(pod)).to.be.greaterThan(1) && undefined,
  },
  {
    covers: [
      'containerState.containerState',
      'termination.containerStatus',
      'termination.termination',
      'termination.howItEnded',
    ],
    atLeast: 60,
    observe(pod) {
      for (const { name } of (pod.object.spec as { containers: { name: string }[] }).containers) {
        const { phase, exitCode, reason, restartCount } = containerState(pod.object, name)
        const ended = termination(pod, name)
        expect(phase === 'terminated', howItEnded(pod, name)).to.equal(ended !== null)
        expect(phase).to.not.equal('unknown')
        if (ended) expect(ended).to.include({ exitCode, reason })
        expect(containerStatus(pod.object, name)).to.include({ restartCount })
      }
      return Promise.resolve()
    },
  },
]
