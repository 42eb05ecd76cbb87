import { expect } from 'chai'
import { Command } from 'commander'
import { handedArguments } from '../../../cli/inCluster/handedArguments.ts'

const collect = (value: string, previous: string[]) => [...previous, value]

function handed(...argv: string[]): string[] {
  let arguments_: string[] = []
  new Command()
    .option('--context <name>')
    .option('--out <folder>', '', 'results')
    .option('--in-cluster', '', false)
    .option('--namespace <name>')
    .option('--chapter <name>', '', collect, [])
    .option('--image <name=ref>', '', collect, [])
    .option('--no-probe')
    .option('--slow', '', false)
    .option('--max-arms <n>', '', Number, 256)
    .action((_, command: Command) => void (arguments_ = handedArguments(command)))
    .parse(argv, { from: 'user' })
  return arguments_
}

describe('arguments for the suite inside the cluster', () => {
  it('are those that were typed, not the defaults', () => expect(handed()).to.deep.equal([]))

  it('keep lists, numbers, flags and their negation', () =>
    expect(handed('--chapter', 'MEM', '--max-arms', '7', '--chapter', 'CPU', '--slow', '--no-probe')).to.deep.equal([
      '--chapter',
      'MEM',
      '--chapter',
      'CPU',
      '--no-probe',
      '--slow',
      '--max-arms',
      '7',
    ]))

  it('are without what says where the suite runs', () =>
    expect(handed('--in-cluster', '--context', 'c', '--out', 'o', '--namespace', 'n')).to.deep.equal([]))

  it('are without the image of the suite, and with the others', () =>
    expect(handed('--image', 'suite=r/s:1', '--image', 'busybox=r/b:1')).to.deep.equal(['--image', 'busybox=r/b:1']))
})
