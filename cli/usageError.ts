/** Bad input: one line that says what, where and what would be right. Exit code 2, nothing written, nothing deployed. */
export class UsageError extends Error {
  readonly exitCode = 2
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}
