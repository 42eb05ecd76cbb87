import { regularFile, symlink } from '../fs/inode.ts'
import { MemoryDirectory } from '../fs/memoryDirectory.ts'
import type { Program } from '../fs/inode.ts'
import { appletNames, appletProgram } from '../applets/registry.ts'
import { bpftool } from '../applets/bpftool.ts'
import { iperf3 } from '../applets/iperf3.ts'
import { nginx } from '../applets/nginx.ts'
import { stress } from '../applets/stress.ts'

/** Date of the files of all images. */
const BUILT_AT = Date.UTC(2025, 0, 1)
const made = new Map<string, MemoryDirectory>()

/**
 * The files of an image, shared by its containers, which see them below their own layer. The family follows from the repository's name:
 * pause, nginx, stress, iperf3, bpftool; anything else has busybox's files.
 */
export function imageTree(reference: string): MemoryDirectory {
  const family = familyOf(reference)
  let tree = made.get(family)
  if (!tree) {
    tree = build(family)
    made.set(family, tree)
  }
  return tree
}

function familyOf(reference: string): 'busybox' | 'nginx' | 'stress' | 'iperf3' | 'bpftool' | 'pause' {
  const name = (reference.split('/').pop() ?? '').split(/[:@]/)[0] ?? ''
  if (name.startsWith('pause')) return 'pause'
  if (name.includes('nginx')) return 'nginx'
  if (name.includes('iperf3')) return 'iperf3'
  // Cilium's agent brings bpftool.
  if (name === 'cilium' || name.includes('bpftool')) return 'bpftool'
  return name.includes('stress') ? 'stress' : 'busybox'
}

/** Command line of an image when a container names none. */
export function imageCommand(reference: string): string[] {
  return {
    busybox: ['sh'],
    iperf3: ['iperf3'],
    bpftool: ['sh'],
    nginx: ['nginx', '-g', 'daemon off;'],
    stress: ['/usr/bin/stress'],
    pause: ['/pause'],
  }[familyOf(reference)]
}

function build(family: string): MemoryDirectory {
  const root = new MemoryDirectory(0o755, BUILT_AT)
  const directory = (path: string, mode = 0o755) => makePath(root, path, mode)
  const file = (path: string, text: string, mode = 0o644) =>
    directory(path.slice(0, path.lastIndexOf('/')) || '/').add(
      path.split('/').pop() as string,
      regularFile(text, BUILT_AT, mode),
    )
  if (family === 'pause') {
    root.add('pause', executable({ name: 'pause', run: pause }))
    return root
  }
  const bin = directory('/bin')
  bin.size = 12_288
  for (const name of appletNames()) bin.add(name, executable(appletProgram(name)))
  for (const path of [
    '/dev',
    '/home',
    '/lib',
    '/proc',
    '/root',
    '/sbin',
    '/sys',
    '/usr/bin',
    '/usr/sbin',
    '/var/spool/mail',
  ])
    directory(path)
  directory('/tmp', 0o1777)
  root.add('lib64', symlink('lib', BUILT_AT))
  directory('/usr/bin').add('env', executable(appletProgram('env')))
  file(
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nbin:x:2:2:bin:/bin:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
  )
  file(
    '/etc/group',
    'root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\nwww-data:x:33:\nnogroup:x:65534:\n',
  )
  file('/etc/shadow', 'root:*:10933:0:99999:7:::\n', 0o600)
  file('/etc/nsswitch.conf', 'hosts: files dns\n')
  if (family === 'nginx') {
    directory('/usr/sbin').add('nginx', executable({ name: 'nginx', run: nginx }))
    file(
      '/usr/share/nginx/html/index.html',
      '<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1></body></html>\n',
    )
    file('/etc/nginx/nginx.conf', 'events {}\nhttp { server { listen 80; root /usr/share/nginx/html; } }\n')
    directory('/var/log/nginx')
  }
  if (family === 'iperf3') directory('/usr/bin').add('iperf3', executable({ name: 'iperf3', run: iperf3 }))
  if (family === 'bpftool') directory('/usr/bin').add('bpftool', executable({ name: 'bpftool', run: bpftool }))
  if (family === 'stress')
    for (const name of ['stress', 'stress-ng']) directory('/usr/bin').add(name, executable({ name, run: stress }))
  return root
}

function executable(program: Program) {
  return { ...regularFile('', BUILT_AT, 0o755), program, shownSize: 1_131_168 }
}

function makePath(root: MemoryDirectory, path: string, mode: number): MemoryDirectory {
  let here = root
  for (const name of path.split('/').filter((part) => part !== '')) {
    let next = here.lookup(name)
    if (!next) here.add(name, (next = new MemoryDirectory(mode, BUILT_AT)))
    here = next as MemoryDirectory
  }
  return here
}

/** /pause: waits for TERM or INT, reaps orphans. */
const pause: Program['run'] = async (process) => {
  for (const signal of ['TERM', 'INT']) process.handlers.set(signal, () => process.finish(0))
  await process.pause()
  return 0
}
