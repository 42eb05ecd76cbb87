'use strict'
// mocha's spec reporter, with one last line that counts what really ran: "N passed, N failed, N skipped".
const Mocha = require('mocha')
const { EVENT_RUN_END } = Mocha.Runner.constants

module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats
      process.on('exit', () => process.stdout.write(`\n${passes} passed, ${failures} failed, ${pending} skipped\n`))
    })
  }
}
