import type { SimNode } from './simNode.ts'

/** What a server of Go's net/http answers when HTTP is spoken to its HTTPS (net/http/server.go, serve). */
const notHttps = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'

/** The node's own side of its kubelet's port, as what runs on the node finds it: HTTPS on every address. */
export function listenAsKubelet(node: SimNode, port: number): void {
  node.network.listen(node.machine.rootNetNamespace, port, (peer) => {
    peer.onData(() => {
      peer.write(Buffer.from(notHttps))
      peer.end()
    })
    peer.onEnd(() => peer.end())
  })
}
