import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { html } from '../../reports/html/html.ts'
import { recordOfEverything } from '../reports/record.ts'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface Found {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
}

describe('report.html in a browser', function () {
  this.timeout(60_000)
  let browser: Browser
  let folder: string
  let address: string

  before(async function () {
    // Counted as skipped, never as passed.
    if (!existsSync(executablePath)) this.skip()
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-browser-'))
    writeFileSync(path.join(folder, 'report.html'), await html(recordOfEverything({ simulated: true })))
    address = pathToFileURL(path.join(folder, 'report.html')).href
  })

  after(async () => {
    await browser?.close()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  async function open(options: Parameters<Browser['newContext']>[0] = {}, hash = ''): Promise<[Page, BrowserContext]> {
    const context = await browser.newContext(options)
    return [await at(context, hash), context]
  }
  async function at(context: BrowserContext, hash: string): Promise<Page> {
    const page = await context.newPage()
    await page.goto(`${address}${hash}`)
    return page
  }

  it('opens from a file, without a request to anywhere and without an error', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const requests: string[] = []
    const errors: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await page.goto(address)
    expect(requests).to.deep.equal([address])
    expect(errors).to.deep.equal([])
    await context.close()
  })

  it('answers first: may I rely on this cluster, and that it is a simulated one', async () => {
    const [page, context] = await open({ viewport: { width: 1280, height: 720 } })
    expect(await page.locator('h1').innerText()).to.equal('Do not trust this run: a canary passed.')
    expect(await page.locator('.simulated').innerText()).to.include('no evidence about a real one')
    const box = await page.locator('header.answer').boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? Infinity), 'the answer ends on the first screen').to.be.at.most(720)
    expect(await page.title()).to.match(/^SIMULATED /)
    await context.close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 360]) {
      it(`has no violation that axe knows: ${colorScheme}, ${width} pixels wide, everything unfolded`, async () => {
        const [page, context] = await open({ colorScheme, viewport: { width, height: 800 } })
        await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true })')
        await page.addScriptTag({ content: readFileSync(axe, 'utf8') })
        const { violations } = await page.evaluate<Found>('axe.run()')
        const said = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
        expect(said).to.deep.equal([])
        const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
        expect(overflow, 'pixels that stick out to the right').to.be.at.most(0)
        await context.close()
      })
    }
  }

  it('dark and light are two', async () => {
    const background = async (colorScheme: 'dark' | 'light') => {
      const [page, context] = await open({ colorScheme })
      const colour = await page.evaluate('getComputedStyle(document.body).backgroundColor')
      await context.close()
      return colour
    }
    expect(await background('dark')).to.not.equal(await background('light'))
  })

  const shown = (page: Page) => page.locator('#behaviours .arm:visible').count()

  it('filters by text and by verdict, and keeps the choice in the address', async () => {
    const [page, context] = await open()
    const all = await shown(page)
    expect(all).to.equal(recordOfEverything().arms.length)
    await page.getByLabel('Search').fill('kata-check-003')
    expect(await shown(page)).to.equal(1)
    expect(await page.locator('.filters output').innerText()).to.equal(`1 of ${all} arms`)
    await page.getByLabel('Search').fill('')
    for (const verdict of ['passed', 'skipped', 'known', 'environment', 'broken'])
      await page.getByRole('checkbox', { name: verdict }).uncheck()
    const failed = recordOfEverything().arms.filter(({ verdict }) => verdict === 'failed').length
    expect(await shown(page)).to.equal(failed)
    const hash = new URL(page.url()).hash
    expect(hash).to.equal('#?verdict=failed')
    const again = await at(context, hash)
    expect(await shown(again), 'opened from the address').to.equal(failed)
    await context.close()
  })

  it('needs no mouse: the filters, the matrix and every arm are reached and opened by keys', async () => {
    const [page, context] = await open()
    const reached = new Set<string>()
    for (let step = 0; step < 200; step += 1) {
      await page.keyboard.press('Tab')
      const name = await page.evaluate<string>(
        'document.activeElement.closest("summary") ? "summary" : document.activeElement.name || document.activeElement.tagName',
      )
      reached.add(name)
      if (name === 'BODY') break
    }
    expect([...reached]).to.include.members(['A', 'summary', 'text', 'verdict'])
    const summary = page.locator('#behaviours .arm summary').first()
    await summary.focus()
    await page.keyboard.press('Enter')
    expect(await page.locator('#behaviours .arm').first().getAttribute('open')).to.not.equal(null)
    await context.close()
  })

  it('reads without JavaScript: everything is there, only the filters are not', async () => {
    const [page, context] = await open({ javaScriptEnabled: false })
    expect(await page.locator('#behaviours .arm').count()).to.equal(recordOfEverything().arms.length)
    expect(await page.locator('.filters').isVisible()).to.equal(false)
    await context.close()
  })

  it('a guest that prints markup prints text', async () => {
    const [page, context] = await open()
    expect(await page.locator('body script').count(), 'its own script alone').to.equal(1)
    expect(await page.locator('#behaviours .arm pre').first().textContent()).to.include('<script>alert("1")</script>')
    await context.close()
  })
})
