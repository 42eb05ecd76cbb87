import type { ContainerConfig } from '../kubelet/containerRuntime.ts'
import { imageCommand } from '../machine/container/images.ts'

/** Images that have an entrypoint: arguments of a container go behind it, without arguments the image's own command. */
const entrypoints: { name: RegExp; entrypoint: string[] }[] = [
  { name: /stress/, entrypoint: ['/usr/bin/stress'] },
  { name: /^pause/, entrypoint: ['/pause'] },
]

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What runs, with what environment, where: the container's own settings over the image's (CRI: a command drops the image's arguments). */
export function processOf(
  config: ContainerConfig,
  hostname: string,
): { argv: string[]; env: Record<string, string>; cwd: string } {
  const name = config.image.split('/').at(-1)?.split(/[:@]/)[0] ?? ''
  const entrypoint = entrypoints.find((one) => one.name.test(name))?.entrypoint ?? []
  const argv =
    config.command === null && config.args === null
      ? imageCommand(config.image)
      : [...(config.command ?? entrypoint), ...(config.args ?? [])]
  return { argv, env: { PATH: path, HOSTNAME: hostname, ...config.env }, cwd: config.workingDir ?? '/' }
}
