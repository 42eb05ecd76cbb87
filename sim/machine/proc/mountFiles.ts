import type { Mount, MountNamespace } from '../fs/mountNamespace.ts'

/** /proc/PID/mounts */
export function mountsText(namespace: MountNamespace, root = ''): string {
  return visible(namespace, root)
    .map(({ mount, point }) => `${escape(mount.source)} ${escape(point)} ${mount.fs.type} ${options(mount)} 0 0\n`)
    .join('')
}

/** /proc/PID/mountinfo */
export function mountinfoText(namespace: MountNamespace, root = ''): string {
  return visible(namespace, root)
    .map(({ mount, point }) => {
      const superFlag = mount.fs.superOptions.split(',')[0] === 'ro' ? 'ro' : 'rw'
      const [own, ofSuper] = split(mount)
      return `${mount.id} ${mount.parent} ${mount.fs.device} ${escape(mount.rootPath)} ${escape(point)} ${own} - ${mount.fs.type} ${escape(mount.source)} ${[superFlag, ...ofSuper].join(',')}\n`
    })
    .join('')
}

function visible(namespace: MountNamespace, root: string): { mount: Mount; point: string }[] {
  return namespace.mounts
    .filter((mount) => root === '' || mount.point === root || mount.point.startsWith(`${root}/`))
    .map((mount) => ({ mount, point: root === '' ? mount.point : mount.point.slice(root.length) || '/' }))
}

function options(mount: Mount): string {
  return mount.options
}

const OWN = new Set([
  'rw',
  'ro',
  'nosuid',
  'nodev',
  'noexec',
  'relatime',
  'noatime',
  'nodiratime',
  'strictatime',
  'sync',
  'dirsync',
  'lazytime',
])

/** /proc/mounts shows the flags of the mount and the options of the superblock in one list; mountinfo keeps them apart. */
function split(mount: Mount): [string, string[]] {
  const all = mount.options.split(',')
  return [all.filter((option) => OWN.has(option)).join(','), all.filter((option) => !OWN.has(option))]
}

/** Spaces and the like are octal in these files. */
function escape(text: string): string {
  return text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
