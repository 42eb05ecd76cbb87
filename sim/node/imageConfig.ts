import type { ContainerConfig } from '../kubelet/containerRuntime.ts'

/** What an image says of how to run it. */
interface ImageConfig {
  entrypoint: string[]
  command: string[]
}

/** Images of the fixtures, by the last part of their repository; any other starts a shell. */
const images: Record<string, ImageConfig> = {
  busybox: { entrypoint: [], command: ['sh'] },
  alpine: { entrypoint: [], command: ['/bin/sh'] },
  debian: { entrypoint: [], command: ['bash'] },
  ubuntu: { entrypoint: [], command: ['/bin/bash'] },
  python: { entrypoint: [], command: ['python3'] },
  nginx: { entrypoint: ['/docker-entrypoint.sh'], command: ['nginx', '-g', 'daemon off;'] },
  pause: { entrypoint: ['/pause'], command: [] },
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What runs, with what environment, where: the container's own settings over the image's (CRI: a command drops the image's arguments). */
export function processOf(config: ContainerConfig, hostname: string): { argv: string[]; env: Record<string, string>; cwd: string } {
  const name = config.image.split('/').at(-1)?.split(/[:@]/)[0] ?? ''
  const image = images[name] ?? { entrypoint: [], command: ['sh'] }
  const entrypoint = config.command ?? image.entrypoint
  const args = config.args ?? (config.command === null ? image.command : [])
  return {
    argv: [...entrypoint, ...args],
    env: { PATH: path, HOSTNAME: hostname, ...(config.security.runAsUser ? {} : { HOME: '/root' }), ...config.env },
    cwd: config.workingDir ?? '/',
  }
}
