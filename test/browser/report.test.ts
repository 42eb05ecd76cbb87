import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { needsAttention } from '../../reports/needsAttention.ts'
import { recordOfEverything } from '../reports/record.ts'
import { openReportPages, pageNames, type ReportPages, runs } from './reportPages.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Found {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
}

describe('the reports in a browser', function () {
  this.timeout(60_000)
  let pages: ReportPages

  before(async function () {
    const opened = await openReportPages()
    // Counted as skipped, never as passed.
    if (opened === null) return this.skip()
    pages = opened
  })

  after(() => pages?.close())

  for (const name of pageNames)
    it(`${name}: opens from a file, without a request to anywhere and without an error`, async () => {
      const context = await pages.newContext()
      const page = await context.newPage()
      const requests: string[] = []
      const errors: string[] = []
      page.on('request', (request) => requests.push(request.url()))
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      await page.goto(pages.address(name))
      await page.locator('.matrix button').first().waitFor()
      expect(requests).to.deep.equal([pages.address(name)])
      expect(errors).to.deep.equal([])
      await context.close()
    })

  it('answers first: may I rely on this cluster, and that it is a simulated one', async () => {
    const [page, context] = await pages.open('run', { context: { viewport: { width: 1280, height: 720 } } })
    expect(await page.locator('h1').innerText()).to.equal('Do not trust this run: a canary passed.')
    expect(await page.locator('.simulated').innerText()).to.include('no evidence about a real one')
    const box = await page.locator('header.answer').boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? Infinity), 'the answer ends on the first screen').to.be.at.most(720)
    expect(await page.title()).to.match(/^SIMULATED /)
    await context.close()
  })

  const looks = [
    ['run', 'light', 1280, '#?cell=KATA-CHECK-002+kata-qemu'],
    ['run', 'dark', 360, ''],
    ['measured', 'light', 360, ''],
    ['gate', 'dark', 1280, '#?changed=yes'],
    ['history', 'light', 1280, ''],
    ['history', 'dark', 1280, '#?verdict=failed'],
  ] as const
  for (const [name, colorScheme, width, hash] of looks)
    it(`${name} has no violation that axe knows: ${colorScheme}, ${width} pixels wide, unfolded ${hash}`, async () => {
      // The page lets no script in but its own; axe is let in by the browser.
      const look = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true }
      const [page, context] = await pages.open(name, { context: look, hash })
      await page.locator('.matrix button').first().waitFor({ state: 'attached' })
      await drawAll(page)
      await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true })')
      await page.addScriptTag({ content: axe })
      const { violations } = await page.evaluate<Found>('axe.run()')
      const said = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
      expect(said).to.deep.equal([])
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(overflow, 'pixels that stick out to the right').to.be.at.most(0)
      await context.close()
    })

  it('dark and light are two', async () => {
    const background = async (colorScheme: 'dark' | 'light') => {
      const [page, context] = await pages.open('run', { context: { colorScheme } })
      const colour = await page.evaluate('getComputedStyle(document.body).backgroundColor')
      await context.close()
      return colour
    }
    expect(await background('dark')).to.not.equal(await background('light'))
  })

  it('filters by text, verdict and RuntimeClass, and keeps the choice in the address', async () => {
    const [page, context] = await pages.open('run')
    const said = page.locator('.filters output')
    const cells = new Set(recordOfEverything().arms.map(({ behaviour }) => behaviour)).size
    await said.filter({ hasText: `${cells} of ${cells} cells` }).waitFor()
    await page.getByLabel('Search').fill('kata-check-003')
    await said.filter({ hasText: `1 of ${cells} cells` }).waitFor()
    expect(await page.locator('.matrix tr[id]').count()).to.equal(1)
    await page.getByLabel('Search').fill('')
    await page.getByRole('combobox', { name: 'RuntimeClass' }).selectOption('kata-qemu')
    await page.getByRole('checkbox', { name: 'failed' }).check()
    await said.filter({ hasText: `1 of ${cells} cells` }).waitFor()
    const hash = new URL(page.url()).hash
    expect(hash).to.equal('#?class=kata-qemu&verdict=failed')
    const again = await context.newPage()
    await again.goto(`${pages.address('run')}${hash}`)
    await again
      .locator('.filters output')
      .filter({ hasText: `1 of ${cells} cells` })
      .waitFor()
    expect(await again.locator('.matrix tr[id]').count(), 'opened from the address').to.equal(1)
    await context.close()
  })

  it('a cell opens by keys alone, says everything about its arm, and closes to where it was', async () => {
    const [page, context] = await pages.open('run')
    await page.locator('.matrix').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const label = await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')
    expect(label).to.equal('KATA-CHECK-002 kata-qemu: failed')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    const { expected } = recordOfEverything().arms[1] ?? {}
    const text = await dialog.innerText()
    expect(expected).to.be.a('string')
    for (const part of [
      'guide 3.26.0 > Memory',
      'expected',
      'observed',
      'MemTotal delta: 256.25 MiB',
      'pods requested',
    ])
      expect(text).to.include(part)
    expect(text, 'the fault that proves the check').to.include('memory-hotplug-ignored')
    expect(new URL(page.url()).hash).to.equal('#?cell=KATA-CHECK-002+kata-qemu')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).to.equal(label)
    await context.close()
  })

  it('draws every sample: a dot for each that counts, a cross for each that was left out', async () => {
    const [page, context] = await pages.open('measured')
    await drawAll(page)
    const figures = (runs[3]?.arms ?? []).flatMap((arm) => arm.figures).filter(({ metric }) => metric === 'cold-start')
    const samples = figures.flatMap((figure) => figure.samples)
    const left = samples.filter(({ invalid }) => invalid !== null).length
    const chart = page.locator('#figure-cold-start .chart')
    expect(await chart.locator('g[data-mark="dot"] circle').count()).to.equal(samples.length - left)
    expect(await chart.locator('g[data-mark="dot"] path').count()).to.equal(left)
    expect(await page.locator('#memory .chart rect').count(), 'three processes of each class').to.be.at.least(3 * 8)
    expect(await page.locator('#cold-start .chart rect').count(), 'two phases of each class').to.be.at.least(2 * 8)
    await context.close()
  })

  it('compares: the gate answers first, and a changed cell says what it was and is', async () => {
    const [page, context] = await pages.open('gate', { hash: '#?changed=yes' })
    expect(await page.locator('h1').innerText()).to.equal('DO NOT SHIP')
    const cell = page.locator('.matrix td.differs button').first()
    expect(await cell.innerText()).to.match(/^[✓✗]→[✓✗]$/)
    await cell.click()
    expect(await page.locator('dialog .beside > div').count(), 'before and after').to.equal(2)
    await context.close()
  })

  it('a history says since when, and marks the versions where they change', async () => {
    const [page, context] = await pages.open('history')
    expect(await page.locator('h1').innerText()).to.match(/^\d+ checks fail in the newest run/)
    expect(await page.locator('#failing tbody').innerText()).to.include('run-12')
    await drawAll(page)
    const said = await page.locator('#figure-cold-start .chart').textContent()
    expect(said).to.include('Kata 3.26.0').and.to.include('Kata 3.27.0')
    await context.close()
  })

  it('reads without JavaScript: the answer and everything that needs attention', async () => {
    const [page, context] = await pages.open('run', { context: { javaScriptEnabled: false } })
    const wanted = recordOfEverything().arms.filter(needsAttention)
    expect(await page.locator('h1').isVisible()).to.equal(true)
    expect(await page.locator('#attention .arm').count()).to.equal(wanted.length)
    expect(await page.locator('noscript').first().isVisible()).to.equal(true)
    await context.close()
  })

  it('a guest that prints markup prints text', async () => {
    const [page, context] = await pages.open('run', { hash: '#?cell=KATA-CHECK-002+kata-qemu' })
    expect(await page.locator('body script').count(), 'its data and its own script alone').to.equal(2)
    const printed = '<script>alert("1")</script>'
    expect(await page.locator('#attention .arm pre').first().textContent()).to.include(printed)
    expect(await page.locator('dialog .arm pre').first().textContent()).to.include(printed)
    await context.close()
  })

  /** Charts are drawn when they come into sight; for print all of them are. */
  async function drawAll(page: Page): Promise<void> {
    await page.locator('.matrix button').first().waitFor({ state: 'attached' })
    await page.evaluate('dispatchEvent(new Event("beforeprint"))')
  }
})
