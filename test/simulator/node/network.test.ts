import { expect } from 'chai'
import { departuresOf } from '../../../sim/faults/faultDepartures.ts'
import { healthy } from '../../../sim/faults/departures.ts'
import type { MachineError } from '../../../sim/machine/machineError.ts'
import type { MachineStream, NetNamespace } from '../../../sim/machine/machineNetwork.ts'
import {
  createAddressPool,
  embeddedPodNetwork,
  nodeAddress,
  podPrefix,
  sameSubnet,
} from '../../../sim/node/addresses.ts'
import { type ClusterNetwork, createClusterNetwork } from '../../../sim/node/clusterNetwork.ts'
import { setInterfaces, setLoopbackOnly } from '../../../sim/node/podNetwork.ts'

const noServices = { endpoint: async () => null, lookup: async () => [] }

function namespace(ip: string | null, gateway: string | null = '10.244.1.1'): NetNamespace {
  const made: NetNamespace = { id: String(ip), interfaces: [], routes: [] }
  setInterfaces(made, { ip, mac: '02:00:00:00:00:01', mtu: 1500, gateway })
  return made
}

function network(faults: string[] = []) {
  const cluster = createClusterNetwork(() => noServices, faults.length > 0 ? departuresOf(faults) : healthy)
  const pod = (ip: string, node: string, kind: 'pod' | 'kata-pod', own = namespace(ip)) => {
    cluster.attach({ namespace: own, ip, node, kind })
    cluster.listen(own, 80, (peer) => {
      peer.write(Buffer.from(`from ${ip}`))
      peer.end()
    })
    return own
  }
  return { cluster, pod }
}

function read(stream: MachineStream): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    stream.onData((data) => (text += Buffer.from(data).toString()))
    stream.onEnd(() => resolve(text))
  })
}

const errno = (promise: Promise<unknown>) =>
  promise.then(
    () => 'connected',
    (error: MachineError) => error.errno,
  )

const reaches = (cluster: ClusterNetwork, from: NetNamespace, ip: string) =>
  cluster.ping(from, ip, 56).then(
    (ms) => ms !== null,
    () => false,
  )

describe('network of the cluster', () => {
  it('connects pods on any nodes', async () => {
    const { cluster, pod } = network()
    const a = pod('10.244.1.2', 'one', 'kata-pod')
    pod('10.244.2.2', 'two', 'pod')
    expect(await read(await cluster.connect(a, '10.244.2.2', 80))).to.equal('from 10.244.2.2')
    expect(await reaches(cluster, a, '10.244.2.2')).to.equal(true)
  })

  it('refuses a port that nobody listens on, and knows no other address', async () => {
    const { cluster, pod } = network()
    const a = pod('10.244.1.2', 'one', 'pod')
    expect(await errno(cluster.connect(a, '127.0.0.1', 81))).to.equal('ECONNREFUSED')
    expect(await errno(cluster.connect(a, '10.244.1.9', 80))).to.equal('EHOSTUNREACH')
  })

  it('keeps a namespace with a loopback alone to itself', async () => {
    const { cluster, pod } = network()
    pod('10.244.1.2', 'one', 'pod')
    const lonely = namespace('10.244.1.3')
    setLoopbackOnly(lonely)
    expect(await errno(cluster.connect(lonely, '10.244.1.2', 80))).to.equal('ENETUNREACH')
  })

  it('forgets a pod that is gone', async () => {
    const { cluster, pod } = network()
    const a = pod('10.244.1.2', 'one', 'pod')
    pod('10.244.1.3', 'one', 'pod')
    cluster.detach('10.244.1.3')
    expect(await reaches(cluster, a, '10.244.1.3')).to.equal(false)
  })

  it('goes to an endpoint behind the address of a service', async () => {
    const cluster = createClusterNetwork(
      () => ({ ...noServices, endpoint: async (ip) => (ip === '10.96.0.9' ? { ip: '10.244.1.3', port: 8080 } : null) }),
      healthy,
    )
    const a = namespace('10.244.1.2')
    const b = namespace('10.244.1.3')
    cluster.attach({ namespace: a, ip: '10.244.1.2', node: 'one', kind: 'pod' })
    cluster.attach({ namespace: b, ip: '10.244.1.3', node: 'one', kind: 'pod' })
    cluster.listen(b, 8080, (peer) => peer.end())
    expect(await errno(cluster.connect(a, '10.96.0.9', 80))).to.equal('connected')
  })

  it('guest without default route: its own subnet and no further', async () => {
    const { cluster, pod } = network()
    const a = pod('10.244.1.2', 'one', 'kata-pod', namespace('10.244.1.2', null))
    pod('10.244.1.3', 'one', 'pod')
    pod('10.244.2.2', 'two', 'pod')
    expect(await reaches(cluster, a, '10.244.1.3')).to.equal(true)
    expect(await reaches(cluster, a, '10.244.2.2')).to.equal(false)
  })

  it('guest without address: neither reaches nor is reached', async () => {
    const { cluster, pod } = network()
    const a = pod('10.244.1.2', 'one', 'kata-pod', namespace(null))
    const b = pod('10.244.1.3', 'one', 'pod')
    expect(await reaches(cluster, a, '10.244.1.3')).to.equal(false)
    expect(await reaches(cluster, b, '10.244.1.2')).to.equal(false)
  })

  it('kata-pod-cuts-the-nodes-network: between a Kata pod and the default runtime on its node only', async () => {
    const { cluster, pod } = network(['kata-pod-cuts-the-nodes-network'])
    const kata = pod('10.244.1.2', 'one', 'kata-pod')
    const beside = pod('10.244.1.3', 'one', 'pod')
    const elsewhere = pod('10.244.2.2', 'two', 'pod')
    const otherKata = pod('10.244.3.2', 'three', 'kata-pod')
    expect(await errno(cluster.connect(kata, '10.244.1.3', 80))).to.equal('ETIMEDOUT')
    expect(await reaches(cluster, beside, '10.244.1.2')).to.equal(false)
    expect(await reaches(cluster, elsewhere, '10.244.1.2')).to.equal(true)
    expect(await reaches(cluster, beside, '10.244.2.2')).to.equal(true)
    expect(await reaches(cluster, otherKata, '10.244.1.2')).to.equal(true)
  })
})

describe('addresses', () => {
  it('tells subnets', () => {
    expect(sameSubnet('10.244.1.2/24', '10.244.1.200')).to.equal(true)
    expect(sameSubnet('10.244.1.2/24', '10.244.2.2')).to.equal(false)
    expect(sameSubnet('10.244.1.2/24', 'not an address')).to.equal(false)
  })

  it('gives each once, and a freed one again', () => {
    const pool = createAddressPool(podPrefix(embeddedPodNetwork, 1))
    const taken = Array.from({ length: 253 }, () => pool.take())
    expect(new Set(taken).size).to.equal(253)
    expect(() => pool.take()).to.throw('no IP addresses available in range set: 10.244.1.1-10.244.1.254')
    pool.free('10.244.1.7')
    expect(pool.take()).to.equal('10.244.1.7')
  })

  it('gives a thousand nodes valid addresses', () => {
    expect(podPrefix(embeddedPodNetwork, 1000)).to.equal('10.247.232')
    expect(podPrefix('100.64.0.0', 2)).to.equal('100.64.2')
    expect([nodeAddress(1), nodeAddress(1000)]).to.deep.equal(['192.168.121.11', '192.168.124.242'])
  })
})
