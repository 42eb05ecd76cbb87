import { expect } from 'chai'
import type { ContainerMount } from '../../../sim/machine/machineContainer.ts'
import type { MachineStream } from '../../../sim/machine/machineNetwork.ts'
import { MachineError } from '../../../sim/machine/machineError.ts'
import { streamPair } from '../../../sim/machine/applets/sockets.ts'
import { limits, recordedGuest, recordedMounts, run, startRecorded } from './recordedPod.ts'

const bind = (source: string, destination: string, options = 'rw,relatime', fstype = 'virtiofs'): ContainerMount => ({
  kind: 'bind',
  source,
  destination,
  options,
  fstype,
  device: 'kataShared',
})
const node = () => recordedGuest({ hostname: 'node', modules: 'kvm_amd 212992 0 - Live 0x0\n' })

describe('machine: files', () => {
  it('shares a directory of the host with the guest, both ways, with what is mounted there later', async () => {
    const host = node()
    const guest = recordedGuest()
    host.files.write('/share/one', 'from host\n')
    guest.files.mount('/shared', { files: host.files, path: '/share' })
    const { container } = startRecorded(guest, { mounts: [...recordedMounts(), bind('/shared', '/data')] })
    expect((await run(container, 'cat /data/one; echo from guest > /data/two')).stdout).to.equal('from host\n')
    expect(host.files.read('/share/two')?.toString()).to.equal('from guest\n')
    host.files.mount('/share/sub', { tmpfs: true, sizeBytes: null })
    host.files.write('/share/sub/late', 'later\n')
    expect((await run(container, 'cat /data/sub/late')).stdout).to.equal('later\n')
    host.powerOff()
    guest.powerOff()
  })

  it('keeps read-only mounts and file systems so', async () => {
    const machine = recordedGuest()
    machine.files.write('/conf/a', 'a\n')
    const rootfs = { fstype: 'virtiofs', device: 'none', options: 'rw,relatime', readonly: true }
    const { container } = startRecorded(machine, {
      rootfs,
      mounts: [...recordedMounts(), bind('/conf', '/conf', 'ro,relatime')],
    })
    const { stdout, stderr } = await run(
      container,
      'touch /x; echo b > /conf/a; rm /conf/a; cat /conf/a; echo ok > /dev/shm/x && echo written',
    )
    expect(stdout).to.equal('a\nwritten\n')
    expect(stderr).to.equal(
      "touch: /x: Read-only file system\nsh: can't create /conf/a: Read-only file system\nrm: can't remove '/conf/a': Read-only file system\n",
    )
    machine.powerOff()
  })

  it('refuses what does not exist: sources, destinations below /proc, executables', () => {
    const machine = recordedGuest()
    const starting = (mount: ContainerMount) => () => startRecorded(machine, { mounts: [...recordedMounts(), mount] })
    machine.files.mkdir('/dir')
    expect(starting(bind('/nope', '/a')))
      .to.throw(MachineError)
      .with.property('errno', 'ENOENT')
    expect(starting(bind('/dir', '/proc/foo')))
      .to.throw(MachineError)
      .with.property('errno', 'ENOENT')
    expect(() => startRecorded(machine, { argv: ['/nope'] }))
      .to.throw(MachineError)
      .with.property('errno', 'ENOENT')
    expect(machine.processes()).to.deep.equal([])
    machine.powerOff()
  })

  it('lets a probe read the node below /host, and run its programs', async () => {
    const machine = node()
    machine.files.write('/run/containerd/task/config.json', '{"ociVersion":"1.1.0"}\n')
    machine.files.write('/etc/os-release', 'ID=debian\n')
    machine.files.registerCommand('/usr/bin/crictl', ({ argv, stdout }) => {
      stdout(`${argv.slice(1).join(' ')}\n`)
      return 3
    })
    const qemu = machine.spawn({
      comm: 'qemu-system-x86_64',
      argv: ['/opt/kata/bin/qemu', '-m', '256M'],
      exe: '/opt/kata/bin/qemu',
      fds: ['anon_inode:kvm-vm'],
    })
    const namespaces = { pid: machine.rootPidNamespace, net: machine.rootNetNamespace, ipc: machine.rootIpcNamespace }
    const mounts = [...recordedMounts(), bind('/', '/host', 'ro,relatime', 'ext4')]
    const { container } = startRecorded(machine, { privileged: true, namespaces, mounts })
    const read = async (script: string) => (await run(container, script)).stdout
    expect(await read('cat /host/run/containerd/task/config.json')).to.equal('{"ociVersion":"1.1.0"}\n')
    expect(
      await read(`tr "\\0" " " < /proc/${qemu.pid}/cmdline; readlink /proc/${qemu.pid}/exe /proc/${qemu.pid}/fd/3`),
    ).to.equal('/opt/kata/bin/qemu -m 256M /opt/kata/bin/qemu\nanon_inode:kvm-vm\n')
    expect(await read(`cat /proc/${container.pid}/cgroup`)).to.equal('0::/kubepods/burstable/pod1/0043\n')
    expect(await run(container, ['chroot', '/host', 'crictl', 'pods', '-q'])).to.deep.equal({
      stdout: 'pods -q\n',
      stderr: '',
      exit: 3,
    })
    expect(await read('echo x 2>/dev/null > /host/run/x; ls -d /host/proc/1 /host/sys/fs/cgroup')).to.equal(
      '/host/proc/1\n/host/sys/fs/cgroup\n',
    )
    expect(machine.files.read('/run/x')).to.equal(null)
    expect(await read('nsenter -t 1 -m -- cat /etc/os-release')).to.equal('ID=debian\n')
    machine.powerOff()
  })

  it('opens /dev/kvm, or tells why the driver does not', async () => {
    const machine = node()
    machine.files.mknod('/dev/kvm', 'c', 10, 232)
    const mounts = [...recordedMounts(), bind('/', '/host', 'ro,relatime', 'ext4')]
    const { container } = startRecorded(machine, { privileged: true, mounts })
    expect(await run(container, ': < /host/dev/kvm')).to.include({ exit: 0, stderr: '' })
    machine.files.failOpen('/dev/kvm', 'ENODEV')
    expect(await run(container, 'dd if=/host/dev/kvm count=0')).to.include({
      exit: 1,
      stderr: "dd: can't open '/host/dev/kvm': No such device\n",
    })
    machine.powerOff()
  })

  it('gives an unprivileged container no device that it was not given', async () => {
    const machine = recordedGuest()
    machine.addBlockDevice({ name: 'sda', major: 8, minor: 0, sizeBytes: 4096 })
    const { container } = startRecorded(machine)
    expect((await run(container, 'mknod /tmp/sda b 8 0; dd if=/tmp/sda count=1')).stderr).to.equal(
      "dd: can't open '/tmp/sda': Operation not permitted\n",
    )
    machine.powerOff()
  })

  it('writes a disk through to the file that backs it', async () => {
    const host = node()
    const guest = recordedGuest()
    host.files.write('/pv.img', new Uint8Array(128 * 1024))
    guest.addBlockDevice({ name: 'sda', major: 8, minor: 0, backing: { files: host.files, path: '/pv.img' } })
    const { container } = startRecorded(guest, { devices: [{ path: '/dev/xvda', type: 'b', major: 8, minor: 0 }] })
    const { stdout } = await run(
      container,
      'printf written | dd of=/dev/xvda bs=512 conv=notrunc 2>/dev/null; stat -c "%F %t:%T" /dev/xvda; grep sda /proc/partitions; cat /sys/block/sda/size; [ -b /dev/xvda ] && dd if=/dev/xvda bs=7 count=1 2>/dev/null',
    )
    expect(stdout).to.equal('block special file 8:0\n   8        0        128 sda\n256\nwritten')
    expect(host.files.read('/pv.img')?.subarray(0, 7).toString()).to.equal('written')
    host.powerOff()
    guest.powerOff()
  })

  it('has sysctls of the network namespace and of the kernel', async () => {
    const machine = recordedGuest()
    machine.setSysctl('net/core/somaxconn', '1234', machine.rootNetNamespace)
    const { container } = startRecorded(machine)
    expect((await run(container, 'sysctl -n net.core.somaxconn; cat /proc/sys/vm/max_map_count')).stdout).to.equal(
      '1234\n65530\n',
    )
    machine.powerOff()
  })

  it('counts what a container wrote above its image', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine)
    const before = container.writtenBytes()
    await run(
      container,
      'cat /etc/passwd > /dev/null; dd if=/dev/zero of=/big bs=1M count=3 2>/dev/null; dd if=/dev/zero of=/dev/shm/x bs=1M count=3 2>/dev/null',
    )
    expect(container.writtenBytes() - before).to.equal(3 * 1024 * 1024)
    machine.powerOff()
  })

  it('runs as another user without rights', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine, { user: { uid: 1000, gid: 0, groups: [] }, capabilities: [] })
    const { stdout, stderr } = await run(container, 'id; touch /x; date -s 2031-01-01; grep CapEff /proc/self/status')
    expect(stdout).to.equal(
      'uid=1000 gid=0(root) groups=0(root)\nWed Jan  1 00:00:00 UTC 2031\nCapEff:\t0000000000000000\n',
    )
    expect(stderr).to.equal("touch: /x: Permission denied\ndate: can't set date: Operation not permitted\n")
    machine.powerOff()
  })

  it('has the hierarchies of cgroup v1', async () => {
    const machine = recordedGuest({ cgroupVersion: 1 })
    const { container } = startRecorded(machine, {
      cgroup: limits('v1', { memoryMaxBytes: 2 ** 26, cpuQuota: 50_000 }),
    })
    const { stdout } = await run(
      container,
      'cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us; grep memory: /proc/self/cgroup',
    )
    expect(stdout).to.equal('67108864\n50000\n5:memory:/\n')
    machine.powerOff()
  })
})

describe('machine: network', () => {
  it('fetches a page from a pod of another machine', async () => {
    const listeners = new Map<number, (peer: MachineStream) => void>()
    const server = recordedGuest()
    const client = recordedGuest()
    server.network = {
      listen: (_namespace, port, accept) => {
        listeners.set(port, accept)
        return () => listeners.delete(port)
      },
      connect: () => Promise.reject(new MachineError('ECONNREFUSED', 'Connection refused')),
      ping: () => Promise.resolve(0.1),
      throughput: () => 1e9,
      lookup: () => Promise.resolve([]),
    }
    client.network = {
      ...server.network,
      connect: (_namespace, ip, port) => {
        const accept = listeners.get(port)
        if (!accept) return Promise.reject(new MachineError('ECONNREFUSED', 'Connection refused'))
        const [here, there] = streamPair(ip)
        accept(there)
        return Promise.resolve(here)
      },
      lookup: (_namespace, _server, name) => Promise.resolve(name.startsWith('web.') ? ['10.96.0.7'] : []),
    }
    const { container: web } = startRecorded(server, { image: 'nginx:1.27', argv: [] })
    const { container } = startRecorded(client)
    expect((await run(web, 'cat /proc/1/comm; ls -la /proc/1/exe | sed "s/.*exe/exe/"')).stdout).to.equal(
      'nginx\nexe -> /usr/sbin/nginx\n',
    )
    expect((await run(container, 'wget -T 10 -qO- http://web/')).stdout).to.include('Welcome to nginx!')
    expect(await run(container, 'wget -qO- http://10.96.0.7:81/')).to.include({
      exit: 1,
      stderr: "wget: can't connect to remote host (10.96.0.7): Connection refused\n",
    })
    expect((await run(container, 'wget -qO- http://nowhere/')).stderr).to.equal("wget: bad address 'nowhere'\n")
    expect((await run(container, 'ping -c 1 10.96.0.7 | grep received')).stdout).to.equal(
      '1 packets transmitted, 1 packets received, 0% packet loss\n',
    )
    web.signal('QUIT')
    expect((await web.exited).code).to.equal(0)
    server.powerOff()
    client.powerOff()
  })

  it('serves and connects on loopback', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine)
    const script =
      'mkdir /www; echo page > /www/index.html; httpd -p 8080 -h /www; wget -qO- http://127.0.0.1:8080/; netstat -ltn | grep -c 8080; nc -l -p 90 > /tmp/n & sleep 0.05; echo hello | nc 127.0.0.1 90; wait; cat /tmp/n'
    expect((await run(container, script)).stdout).to.equal('page\n1\nhello\n')
    machine.powerOff()
  })

  it('closes a connection to whoever writes when the server has been killed', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine)
    const script =
      "httpd -f -p 8080 -h / & sleep 0.05; (sleep 0.1; printf 'GET / HTTP/1.0\\r\\n\\r\\n') | nc 127.0.0.1 8080 & sleep 0.05; kill -9 $(pidof httpd); wait $!; echo closed"
    expect((await run(container, script)).stdout).to.equal('closed\n')
    machine.powerOff()
  })

  it('changes routes with NET_ADMIN only', async () => {
    const machine = recordedGuest()
    const { container } = startRecorded(machine)
    const command = 'ip route replace default via 10.244.0.1 mtu 1400'
    expect(await run(container, command)).to.include({
      exit: 2,
      stderr: 'ip: RTNETLINK answers: Operation not permitted\n',
    })
    const { container: able } = startRecorded(machine, {
      id: 'able',
      capabilities: ['NET_ADMIN'],
      cgroup: limits('able'),
    })
    // busybox's ip does not show what it set.
    expect((await run(able, `${command}; ip route | head -1`)).stdout).to.equal('default via 10.244.0.1 dev eth0 \n')
    expect(machine.rootNetNamespace.routes.find(({ destination }) => destination === 'default')?.mtu).to.equal(1400)
    machine.powerOff()
  })
})
