import { expect } from 'chai'
import { faults } from './faults.ts'
import { planOf } from './faultPlan.ts'
import { requestKind } from './proxy/requestKind.ts'
import { randomOf } from './random.ts'

describe('a seeded plan of faults', () => {
  const clusters = ['healthy', 'impostor']

  it('is the same for the same seed, and takes every fault in turn', () => {
    expect(planOf(7, { clusters })).to.deep.equal(planOf(7, { clusters }))
    const names = faults.map((_, index) => planOf(100 + index, { clusters }).fault)
    expect([...names].sort()).to.deep.equal(faults.map(({ name }) => name).sort())
  })

  it('strikes at any time of a run', () => {
    const moments = Array.from({ length: 200 }, (_, seed) => planOf(seed, { clusters }).at)
    expect(Math.min(...moments)).to.be.below(0.05)
    expect(Math.max(...moments)).to.be.within(0.9, 0.98)
  })

  it('takes only the faults that are asked for, and none of another name', () => {
    expect(planOf(3, { clusters, faults: ['exec-cut'] }).fault).to.equal('exec-cut')
    expect(() => planOf(3, { clusters, faults: ['flood'] })).to.throw(
      RangeError,
      'there is no fault flood; connection-reset, ',
    )
  })

  it('draws numbers that do not depend on the machine', () => {
    const random = randomOf(42)
    expect([random.next(), random.next()].map((number) => number.toFixed(9))).to.deep.equal([
      '0.601103752',
      '0.448290559',
    ])
  })
})

describe('a request as faults see it', () => {
  const kinds: [method: string, path: string, kind: string][] = [
    ['GET', '/version', 'other'],
    ['GET', '/api/v1', 'discovery'],
    ['GET', '/apis/node.k8s.io/v1', 'discovery'],
    ['GET', '/api/v1/nodes', 'list'],
    ['GET', '/api/v1/nodes/n', 'get'],
    ['GET', '/api/v1/namespaces', 'list'],
    ['GET', '/api/v1/namespaces/n', 'get'],
    ['GET', '/api/v1/namespaces/n/pods?fieldSelector=metadata.name%3Dp', 'list'],
    ['GET', '/api/v1/namespaces/n/pods?watch=true', 'watch'],
    ['GET', '/api/v1/namespaces/n/pods/p/log?follow=true', 'log'],
    ['GET', '/api/v1/namespaces/n/pods/p/exec?command=true', 'exec'],
    ['POST', '/api/v1/namespaces/n/pods', 'create'],
    ['PATCH', '/api/v1/namespaces/n', 'patch'],
    ['DELETE', '/api/v1/namespaces/n/pods/p', 'delete'],
  ]
  for (const [method, path, kind] of kinds)
    it(`${method} ${path}: ${kind}`, () => expect(requestKind(method, path)).to.equal(kind))
})
