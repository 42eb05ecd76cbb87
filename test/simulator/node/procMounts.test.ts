import { expect } from 'chai'
import { healthy, type Departures } from '../../../sim/faults/departures.ts'
import { departuresOf } from '../../../sim/faults/faultDepartures.ts'
import { refusedProcMount } from '../../../sim/shims/procMounts.ts'

type Source = 'file' | 'directory' | 'proc'

function refused(
  destination: string,
  source: Source,
  mode: 'documented' | 'as-recorded' = 'documented',
  exists = true,
  departures: Departures = healthy,
): string | null {
  return refusedProcMount(
    { destination, sourceIsProc: source === 'proc', sourceIsFile: source === 'file' },
    mode,
    exists,
    departures,
  )
}

describe('mounts below /proc', () => {
  for (const name of ['cpuinfo', 'diskstats', 'meminfo', 'stat', 'swaps', 'uptime', 'loadavg', 'net/dev']) {
    it(`/proc/${name} may be mounted over`, () => {
      expect(refused(`/proc/${name}`, 'file')).to.equal(null)
    })
  }

  for (const name of ['version', 'sys/kernel/hostname', 'self/attr', 'modules']) {
    it(`/proc/${name} may not`, () => {
      expect(refused(`/proc/${name}`, 'file')).to.equal(`/proc/${name} cannot be mounted because it is inside /proc`)
    })
  }

  it('/proc itself takes a procfs only', () => {
    expect(refused('/proc', 'proc')).to.equal(null)
    expect(refused('/proc', 'directory')).to.match(/because it is not of type proc$/)
  })

  it('are no matter elsewhere', () => {
    expect(refused('/processes', 'directory')).to.equal(null)
  })

  it('as recorded on 3.26.0: what exists is mounted over, what does not is ENOENT', () => {
    expect(refused('/proc/sys', 'directory', 'as-recorded')).to.equal(null)
    expect(refused('/proc', 'directory', 'as-recorded')).to.equal(null)
    expect(refused('/proc/foo', 'directory', 'as-recorded', false)).to.equal('ENOENT: No such file or directory')
  })

  it('allowed-proc-destinations-refused: uptime and loadavg, no other', () => {
    const departures = departuresOf(['allowed-proc-destinations-refused'])
    expect(refused('/proc/uptime', 'file', 'documented', true, departures)).to.match(/inside \/proc$/)
    expect(refused('/proc/loadavg', 'file', 'documented', true, departures)).to.match(/inside \/proc$/)
    expect(refused('/proc/meminfo', 'file', 'documented', true, departures)).to.equal(null)
  })

  it('proc-destinations-all-accepted: files, not directories', () => {
    const departures = departuresOf(['proc-destinations-all-accepted'])
    expect(refused('/proc/version', 'file', 'documented', true, departures)).to.equal(null)
    expect(refused('/proc/self/attr', 'directory', 'documented', true, departures)).to.match(/inside \/proc$/)
    expect(refused('/proc', 'directory', 'documented', true, departures)).to.match(/not of type proc$/)
  })

  it('host-directory-mounted-on-proc: directories on /proc alone', () => {
    const departures = departuresOf(['host-directory-mounted-on-proc'])
    expect(refused('/proc', 'directory', 'documented', true, departures)).to.equal(null)
    expect(refused('/proc/version', 'file', 'documented', true, departures)).to.match(/inside \/proc$/)
  })
})
