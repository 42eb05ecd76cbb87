import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { HttpError } from '../../../sim/kubelet/httpError.ts'
import { acceptUpgrade } from '../../../sim/kubelet/spdyStreams.ts'

describe('the upgrade to SPDY', () => {
  it('is accepted with the protocol that was offered', () => {
    const socket = new PassThrough()
    acceptUpgrade(socket, 'portforward.k8s.io', ['portforward.k8s.io'])
    expect(String(socket.read()).split('\r\n')).to.deep.equal([
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: SPDY/3.1',
      'X-Stream-Protocol-Version: portforward.k8s.io',
      '',
      '',
    ])
  })

  it('is refused with 403 and both lists when it was not, and nothing is written', () => {
    const socket = new PassThrough()
    const upgrade = () => acceptUpgrade(socket, 'v4.channel.k8s.io', ['v2.channel.k8s.io', 'channel.k8s.io'])
    expect(upgrade)
      .to.throw(HttpError)
      .with.property(
        'message',
        'unable to negotiate protocol: client supports [v2.channel.k8s.io channel.k8s.io], server accepts [v4.channel.k8s.io]',
      )
    expect(upgrade).to.throw(HttpError).with.property('status', 403)
    expect(socket.read()).to.equal(null)
  })
})
