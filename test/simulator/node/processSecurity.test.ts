import { expect } from 'chai'
import { inPod, security } from './testNode.ts'

const strict = { containers: [{ security: { ...security, noNewPrivs: true } }] }
const attribute = 'cat /proc/self/attr/current 2>&1'

describe('what /proc tells of a process’ privileges', () => {
  const noNewPrivs = 'grep NoNewPrivs /proc/1/status /proc/self/status | tr "\\n\\t" "; "'
  const rows: [what: string, handler: string, exec: number][] = [
    ['an exec under runc has the container’s NoNewPrivs, as recorded', '', 1],
    ['the Go shim leaves NoNewPrivs out of an exec, as recorded on 3.26.0', 'kata-qemu', 0],
    ['the Rust shim hands the process on as it is', 'kata-qemu-runtime-rs', 1],
  ]
  for (const [what, handler, exec] of rows) {
    it(what, async () => {
      const said = await inPod([], handler, strict, (pod) => pod.sh(noNewPrivs))
      expect(said).to.equal(`/proc/1/status:NoNewPrivs: 1;/proc/self/status:NoNewPrivs: ${exec};`)
    })
  }

  it('a guest has no security module', async () => {
    expect(await inPod([], 'kata-qemu', {}, (pod) => pod.sh(attribute))).to.match(/Invalid argument/)
  })

  it('a container of the node is confined by AppArmor unless it is privileged', async () => {
    expect(await inPod([], '', {}, (pod) => pod.sh(attribute))).to.equal('cri-containerd.apparmor.d (enforce)\n')
    const privileged = { containers: [{ security: { ...security, privileged: true } }] }
    expect(await inPod([], '', privileged, (pod) => pod.sh(attribute))).to.equal('unconfined\n')
  })
})
