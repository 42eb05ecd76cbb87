import type { SimNode } from '../../../sim/node/simNode.ts'
import type { RecordedScenario } from './recordedScenario.ts'

/**
 * What the recorder did on the node before the pods: a loop device of 64 or 128 MiB over a file, a second name for it, directories. The device
 * has the name that it got on the recorded node, as the manifests have it.
 * @throws when a command is not known here.
 */
export function prepareNode(recorded: RecordedScenario, nodes: readonly SimNode[]): void {
  for (const { cmd, stdout } of recorded.nodeBefore)
    for (const { machine } of nodes) {
      const { files } = machine
      const image = /^truncate -s (\d+)M (\S+);/.exec(cmd)
      const folder = /^mkdir -p (\S+?)(;| &&)/.exec(cmd)?.[1]
      if (image) {
        const [, mebibytes, path = ''] = image
        const name = /EXPORT LOOP=\/dev\/(loop\d+)/.exec(stdout)?.[1] ?? ''
        files.write(path, new Uint8Array(Number(mebibytes) * 1024 ** 2))
        machine.removeBlockDevice(name)
        machine.addBlockDevice({ name, major: 7, minor: Number(name.slice(4)), backing: { files, path } })
        if (!cmd.includes('mknod')) continue
        const bytes = files.read(path)!
        bytes.set(Buffer.from('RECMAGIC'))
        files.write(path, bytes)
        const minor = Number(/, (\d+) .*\/dev\/rec-blk/.exec(stdout)?.[1])
        files.mknod('/dev/rec-blk', 'b', 7, minor)
        // left by an earlier recording: the second name stood for another device over a file of the same content
        if (name !== `loop${minor}`) {
          machine.removeBlockDevice(`loop${minor}`)
          machine.addBlockDevice({ name: `loop${minor}`, major: 7, minor, backing: { files, path } })
        }
      } else if (folder) {
        files.mkdir(folder)
        const text = /echo (\S+) > (\S+)/.exec(cmd)
        if (text) files.write(text[2] ?? '', `${text[1]}\n`)
      } else throw new Error(`recording ${recorded.file} prepares its node by a command that is not known here: ${cmd}`)
    }
}
