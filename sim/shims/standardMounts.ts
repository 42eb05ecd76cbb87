import type { ContainerMount } from '../machine/machineContainer.ts'

/**
 * The mounts which every OCI container has besides its volumes: as containerd 1.7 asks for them, and as runc and the Kata agent were seen
 * to make them. What the kernel lacks (/proc/kcore in a guest) is not masked.
 */
export interface StandardMounts {
  /** Before the volumes: /proc, /dev, /sys and what lies on them. */
  first: ContainerMount[]
  /** After the volumes: masked and read-only paths below /proc and /sys. */
  last: ContainerMount[]
}

const maskedPaths = ['/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/timer_list']
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/** Of a container on the node. */
export function runcMounts(privileged: boolean, cgroupVersion: 1 | 2): StandardMounts {
  return {
    first: [
      ...deviceMounts('rw,nosuid,size=65536k,mode=755,inode64'),
      ...systemMounts(privileged, cgroupVersion, 'cgroup', ',memory_recursiveprot'),
    ],
    last: privileged
      ? []
      : [
          ...readonlyPaths.map((path) => readonly(path, 'ro,nosuid,nodev,noexec,relatime')),
          ...maskedPaths.map((path) =>
            masked(path, path === '/proc/acpi' ? 'ro,relatime,inode64' : 'rw,nosuid,size=65536k,mode=755,inode64'),
          ),
          {
            kind: 'tmpfs',
            destination: '/sys/firmware',
            device: 'tmpfs',
            options: 'ro,relatime,inode64',
            sizeBytes: null,
          },
        ],
  }
}

/** Of a container in a guest. @param exists whether the guest's kernel has a path. */
export function agentMounts(
  privileged: boolean,
  cgroupVersion: 1 | 2,
  exists: (path: string) => boolean,
  privilegedSysctls: 'writable' | 'read-only' = 'writable',
): StandardMounts {
  return {
    first: [
      ...deviceMounts('rw,nosuid,size=65536k,mode=755'),
      ...systemMounts(privileged, cgroupVersion, 'cgroup2', ''),
    ],
    last: privileged
      ? privilegedSysctls === 'writable'
        ? []
        : [readonly('/proc/sys', 'ro,relatime')]
      : [
          ...['/proc/interrupts', '/proc/keys', '/proc/timer_list']
            .filter(exists)
            .map((path) => masked(path, 'rw,nosuid,size=65536k,mode=755')),
          ...readonlyPaths
            .filter((path) => path !== '/proc/sysrq-trigger' && exists(path))
            .map((path) => readonly(path, 'ro,relatime')),
        ],
  }
}

function deviceMounts(options: string): ContainerMount[] {
  return [
    { kind: 'proc', destination: '/proc', device: 'proc', options: 'rw,nosuid,nodev,noexec,relatime' },
    { kind: 'tmpfs', destination: '/dev', device: 'tmpfs', options, sizeBytes: 65536 * 1024 },
    {
      kind: 'devpts',
      destination: '/dev/pts',
      device: 'devpts',
      options: 'rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666',
    },
    { kind: 'mqueue', destination: '/dev/mqueue', device: 'mqueue', options: 'rw,nosuid,nodev,noexec,relatime' },
  ]
}

function systemMounts(privileged: boolean, cgroupVersion: 1 | 2, device: string, more: string): ContainerMount[] {
  const access = privileged ? 'rw' : 'ro'
  const cgroup =
    cgroupVersion === 2
      ? `${access},nosuid,nodev,noexec,relatime,nsdelegate${more}`
      : `${access},nosuid,nodev,noexec,relatime`
  return [
    { kind: 'sysfs', destination: '/sys', device: 'sysfs', options: `${access},nosuid,nodev,noexec,relatime` },
    { kind: 'cgroup', destination: '/sys/fs/cgroup', device: cgroupVersion === 2 ? device : 'cgroup', options: cgroup },
  ]
}

function masked(destination: string, options: string): ContainerMount {
  return { kind: 'bind', destination, source: '/dev/null', fstype: 'tmpfs', device: 'tmpfs', options }
}

function readonly(destination: string, options: string): ContainerMount {
  return { kind: 'bind', destination, source: destination, fstype: 'proc', device: 'proc', options }
}
